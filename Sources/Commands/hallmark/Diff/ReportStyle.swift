// SPDX-License-Identifier: Apache-2.0

/// The style sheet of ``ReportHTML``.
enum ReportStyle {
  static let sheet: StaticString = """
    :root{--ground:#fbfbfa;--card:#fff;--ink:#1c1e21;--soft:#5d636b;--line:#dfe2e6;
    --good:#136c3a;--goodbg:#e3f4ea;--middle:#7a5200;--middlebg:#fdf1d3;--bad:#a11f1f;
    --badbg:#fbe6e4;--code:#f1f3f5;--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,
    "DejaVu Sans Mono",monospace}
    @media (prefers-color-scheme:dark){:root{--ground:#15171a;--card:#1d2024;--ink:#e7e9ec;
    --soft:#9aa2ab;--line:#33383e;--good:#7ddaa2;--goodbg:#16331f;--middle:#f0c46a;
    --middlebg:#37290a;--bad:#ff9d94;--badbg:#401a18;--code:#262a2f}}
    *{box-sizing:border-box}
    body{margin:0 auto;padding:2rem 1.25rem 3rem;max-width:62rem;background:var(--ground);
    color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",
    "DejaVu Sans",sans-serif;overflow-wrap:anywhere}
    h1{font-size:1.7rem;line-height:1.25;margin:0 0 1rem}
    h2{font-size:1.15rem;margin:0;font-family:var(--mono);line-height:1.35}
    h3{font-size:1rem;margin:1.6rem 0 .6rem;color:var(--soft);font-weight:600}
    h4{font-size:1.05rem;margin:0}
    p{margin:.4rem 0}
    .kicker{margin:0;color:var(--soft);font-size:.9rem}
    .banner{border-left:.35rem solid currentColor;border-radius:.35rem;padding:.9rem 1.1rem;
    margin:0 0 1.2rem}
    .banner strong{font-size:1.35rem;line-height:1.3}
    .banner p{color:var(--ink);margin:.2rem 0 0}
    .good{color:var(--good)}.middle{color:var(--middle)}.bad{color:var(--bad)}
    .banner.good,.pill.good{background:var(--goodbg)}
    .banner.middle,.pill.middle{background:var(--middlebg)}
    .banner.bad,.pill.bad{background:var(--badbg)}
    .ladder{display:flex;flex-wrap:wrap;gap:.3rem;list-style:none;margin:.8rem 0 0;padding:0;
    font-size:.82rem}
    .ladder li{padding:.1rem .55rem;border:1px solid var(--line);border-radius:1rem;
    color:var(--soft);background:var(--card)}
    .ladder .here{color:inherit;border-color:currentColor;font-weight:700}
    .pill{display:inline-block;padding:.08rem .55rem;border-radius:1rem;font-size:.8rem;
    font-weight:600;margin:.1rem .25rem .1rem 0;white-space:nowrap}
    .files{list-style:none;padding:0;margin:0 0 1rem}
    .files li,.head{display:flex;flex-wrap:wrap;gap:.3rem .7rem;align-items:baseline}
    .files li{padding:.4rem 0;border-bottom:1px solid var(--line)}
    .files a{font-family:var(--mono);font-size:.92rem;color:inherit}
    section+section,.many section{border-top:1px solid var(--line);padding-top:1.4rem;
    margin-top:1.6rem}
    .given{display:flex;flex-wrap:wrap;gap:.4rem;list-style:none;padding:0;margin:.9rem 0 0}
    .given li{background:var(--goodbg);color:var(--good);border-radius:.35rem;
    padding:.25rem .7rem}
    dl{margin:.9rem 0;font-size:.9rem}
    dl div{display:grid;grid-template-columns:9rem 1fr;gap:.8rem;padding:.15rem 0}
    dt{color:var(--soft)}
    dd{margin:0;font-family:var(--mono);font-size:.86rem}
    article{background:var(--card);color:var(--ink);border:1px solid var(--line);
    border-left:.3rem solid var(--soft);border-radius:.35rem;padding:.9rem 1.1rem;
    margin:0 0 .9rem}
    article.good,article.middle,article.bad{color:var(--ink)}
    article.good{border-left-color:var(--good)}article.middle{border-left-color:var(--middle)}
    article.bad{border-left-color:var(--bad)}
    article .head code,.count{font-size:.82rem;color:var(--soft)}
    .count{margin-left:auto}
    .fix{background:var(--code);border-radius:.35rem;padding:.5rem .75rem;margin:.7rem 0}
    .fix b{margin-right:.6rem}
    code{font-family:var(--mono);font-size:.88em}
    .scroll{overflow-x:auto;margin:.6rem 0}
    table{border-collapse:collapse;width:100%;font-size:.86rem}
    th{text-align:left;color:var(--soft);font-weight:600;white-space:nowrap}
    th,td{padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
    td{font-family:var(--mono);font-size:.94em}
    .path{min-width:11rem}
    .sizes{white-space:nowrap}
    figure{margin:.8rem 0 0}
    figcaption{font-family:var(--mono);font-size:.82rem;color:var(--soft);margin-bottom:.25rem}
    .lead{font-size:1.05rem;margin:.8rem 0}
    .excerpt{margin:0;padding:.5rem 0;background:var(--code);border-radius:.35rem;
    overflow-x:auto;font:.82rem/1.5 var(--mono);overflow-wrap:normal}
    .excerpt span{display:block;padding:0 .8rem;white-space:pre;min-width:max-content}
    .excerpt i{display:inline-block;width:1.4em;font-style:normal;user-select:none;opacity:.7}
    .excerpt .old{background:var(--badbg);color:var(--bad)}
    .excerpt .new{background:var(--goodbg);color:var(--good)}
    .excerpt .gap{color:var(--soft)}
    details{margin-top:1rem}
    summary{cursor:pointer;color:var(--soft);font-weight:600}
    .more{color:var(--soft);font-size:.9rem}
    footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.8rem;
    color:var(--soft);font-size:.86rem}
    @media (max-width:36rem){body{padding:1.2rem .9rem 2rem}h1{font-size:1.35rem}
    dl div{grid-template-columns:1fr;gap:0;padding:.3rem 0}.count{margin-left:0}
    article{padding:.8rem}.path{min-width:6rem}
    th,td{padding-right:.5rem}.sizes{white-space:normal}}
    @media print{body{max-width:none}details>*{display:block}}
    """
}
