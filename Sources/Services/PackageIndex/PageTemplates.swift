// SPDX-License-Identifier: Apache-2.0

/// The pages as Mustache templates; `{{name}}` escapes, and nothing here is unescaped.
enum PageTemplates {
  /// All templates by name.
  static let all: [(String, String)] = [
    ("head", head), ("foot", foot), ("overview", overview), ("project", project),
    ("missing", missing),
  ]

  private static let head = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{{title}}</title>
    <style>
    :root { --ink: #1c2430; --soft: #5b6675; --line: #dde2e8; --paper: #fff; --tint: #f5f7f9;
      --accent: #0b6b50; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa6b5; --line: #2c3541;
      --paper: #12171d; --tint: #1a2129; --accent: #5ed3ad; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
    header, main, footer { max-width: 54rem; margin: 0 auto; padding: 0 1.25rem; }
    header { padding-top: 1.5rem; font-size: .95rem; color: var(--soft); }
    main { padding-bottom: 2rem; }
    footer { border-top: 1px solid var(--line); padding-top: 1rem; padding-bottom: 2rem;
      color: var(--soft); font-size: .875rem; }
    h1 { font-size: 2rem; line-height: 1.2; margin: 1.25rem 0 .25rem; }
    h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; }
    h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; overflow-wrap: anywhere; }
    p { margin: .5rem 0; }
    a { color: var(--accent); }
    .lead { color: var(--soft); font-size: 1.1rem; margin-top: 0; }
    .soft { color: var(--soft); }
    code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace;
      font-size: .85em; }
    code { overflow-wrap: anywhere; }
    pre { background: var(--tint); border: 1px solid var(--line); border-radius: 6px;
      padding: .75rem 1rem; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; }
    .card { border: 1px solid var(--line); border-radius: 8px; padding: .25rem 1.1rem 1rem;
      margin: .9rem 0; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.1rem; margin: .5rem 0; }
    dt { color: var(--soft); }
    dd { margin: 0; min-width: 0; }
    ul.projects { list-style: none; padding: 0; }
    ul.projects li { border-bottom: 1px solid var(--line); padding: .55rem 0; }
    .badge { display: inline-block; border: 1px solid var(--accent); color: var(--accent);
      border-radius: 999px; font-size: .78rem; padding: 0 .6rem; margin-left: .4rem;
      vertical-align: middle; font-weight: 500; }
    @media (max-width: 36rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } }
    </style>
    </head>
    <body>

    """

  private static let foot = """
    <footer>Hallmark package index. Every file here was published by a registered workflow and
    carries evidence that anyone can check.</footer>
    </body>
    </html>

    """

  private static let overview = """
    {{>head}}
    <header>Hallmark</header>
    <main>
    <h1>Package index</h1>
    <p class="lead">{{origin}}</p>
    <p>A package index for pip and uv. It has no user accounts and no stored upload tokens: a
    workflow shows an identity token, gets an upload token for 15 minutes, and each file must come
    with attestations that the same workflow signed.</p>

    <h2>Projects</h2>
    {{^projects}}<p class="soft">No project is registered yet.</p>{{/projects}}
    <ul class="projects">
    {{#projects}}<li><a href="project/{{name}}/">{{displayName}}</a>
    {{#latest}}<span class="soft">{{.}}</span>{{/latest}}{{^latest}}<span class="soft">nothing \
    published yet</span>{{/latest}}{{#summary}}<br><span class="soft">{{.}}</span>{{/summary}}</li>
    {{/projects}}</ul>

    <h2>Install from it</h2>
    <pre>{{installLine}}</pre>
    {{#secure}}<p class="soft">The TLS certificate is from this server's own authority:
    <a href="trust/tls-ca.pem">tls-ca.pem</a>.</p>{{/secure}}

    <h2>How to trust it</h2>
    <p>Signatures are checked against the keys of this server's own certificate authority and
    transparency log, in <a href="trust/trusted_root.json">trusted_root.json</a>. They vouch for
    this server only. Get that file once, from the person who runs the server, and compare it by its
    SHA-256; a file that comes from the same place as the packages proves nothing by itself.</p>

    <h2>How to check a file</h2>
    <p>Listings have the SHA-256 of every file, and the address of its provenance: a JSON document
    (PEP 740) with the attestations. Each project's page has the lines to check its files.</p>
    <p>For programs: <a href="simple/">simple API</a> (PEP 503, PEP 691).</p>
    </main>
    {{>foot}}
    """

  private static let project = """
    {{>head}}
    <header><a href="../../">Hallmark package index</a></header>
    <main>
    <h1>{{displayName}}</h1>
    {{#summary}}<p class="lead">{{.}}</p>{{/summary}}
    {{#hasFiles}}<pre>{{installLine}}</pre>{{/hasFiles}}
    {{^hasFiles}}<p>Nothing is published yet.</p>{{/hasFiles}}

    <h2>Who may publish</h2>
    {{#publishers}}<dl>
    <dt>Subject</dt><dd><code>{{subject}}</code></dd>
    <dt>Issuer</dt><dd><code>{{issuer}}</code></dd>
    </dl>{{/publishers}}
    {{^publishers}}<p class="soft">Nobody at the moment.</p>{{/publishers}}

    {{#versions}}
    <h2>{{version}}</h2>
    {{#files}}<section class="card">
    <h3><a href="{{url}}">{{filename}}</a>{{#attested}}<span class="badge">attested</span>{{/attested}}\
    </h3>
    <dl>
    <dt>Kind</dt><dd>{{kind}}, {{size}}{{#requiresPython}}, Python {{.}}{{/requiresPython}}</dd>
    <dt>SHA-256</dt><dd><code>{{sha256}}</code></dd>
    <dt>Uploaded</dt><dd>{{uploadTime}}</dd>
    <dt>Published by</dt><dd><code>{{publisher}}</code></dd>
    {{#commit}}<dt>Commit</dt><dd><code>{{.}}</code></dd>{{/commit}}
    {{#ref}}<dt>Ref</dt><dd><code>{{.}}</code></dd>{{/ref}}
    {{#attestations}}<dt>{{title}}</dt><dd>signed {{time}}, log entry \
    <a href="../../api/v1/log/entries?logIndex={{logIndex}}">{{logIndex}}</a></dd>
    {{/attestations}}
    {{#provenance}}<dt>Evidence</dt><dd><a href="{{.}}">provenance</a></dd>{{/provenance}}
    {{^attested}}<dt>Evidence</dt><dd>none: uploaded without attestations</dd>{{/attested}}
    </dl>
    </section>
    {{/files}}{{/versions}}

    {{#verify}}
    <h2>Check it yourself</h2>
    <p>Take the file, its attestation and the keys of this server, and say who should have signed:</p>
    <pre>{{lines}}</pre>
    <p class="soft">The keys in trusted_root.json are the root of that check: compare the file with
    the one that you got from the person who runs this server.</p>
    {{/verify}}
    </main>
    {{>foot}}
    """

  private static let missing = """
    {{>head}}
    <header><a href="{{home}}">Hallmark package index</a></header>
    <main>
    <h1>No such project</h1>
    <p class="lead">This index has no project of that name.</p>
    </main>
    {{>foot}}
    """
}
