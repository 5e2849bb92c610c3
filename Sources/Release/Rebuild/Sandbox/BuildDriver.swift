// SPDX-License-Identifier: Apache-2.0

/// The two Python programs that run inside the sandbox.
///
/// Both run on Python 3.6 and newer, with its standard library alone.
enum BuildDriver {
  /// Prepares the source, calls the hooks, sends the result; run by the bare interpreter, before
  /// and apart from all foreign code.
  static let driver = #"""
    """Runs one PEP 517 hook on a copy of a source; started by hallmark with `-I -S`.

    Nothing of the project nor of its requirements is imported here: hooks run in processes of their
    own, by the interpreter of the build environment.
    """
    import io
    import json
    import os
    import signal
    import stat
    import subprocess
    import sys
    import tarfile
    import time

    HOOK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hook.py")


    def set_limits(request):
        import resource

        for name, value in request["limits"].items():
            number = getattr(resource, name, None)
            if number is None:
                continue
            if name == "RLIMIT_NPROC" and not request["sandbox"]:
                # The kernel counts all that the user runs.
                value += tasks_of_user()
            hard = resource.getrlimit(number)[1]
            if hard != resource.RLIM_INFINITY:
                value = min(value, hard)
            resource.setrlimit(number, (value, value))


    def tasks_of_user():
        count = 0
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and os.stat("/proc/" + name).st_uid == os.getuid():
                    count += len(os.listdir("/proc/%s/task" % name))
            except OSError:
                pass
        return count


    def control(option, value):
        """prctl(2), which exists on Linux alone."""
        if not sys.platform.startswith("linux"):
            return
        import ctypes

        if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


    def adopt_orphans():
        control(36, 1)  # PR_SET_CHILD_SUBREAPER


    def guard_build():
        """Forks where there is no sandbox: the child builds, this process ends what is left of it."""

        def end(number, frame):
            end_descendants()
            os._exit(128 + number)

        adopt_orphans()
        signal.signal(signal.SIGTERM, end)
        # A group whose parent is gone is hung up.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        control(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        builder = os.fork()
        if builder == 0:
            for number in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            control(1, signal.SIGKILL)
            adopt_orphans()
            return
        process, status = 0, 0
        while process != builder:
            process, status = os.waitpid(-1, 0)
        end_descendants()
        os._exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))


    def descendants():
        children = {}
        for name in os.listdir("/proc"):
            try:
                if name.isdigit():
                    with open("/proc/%s/stat" % name, "rb") as file:
                        parent = int(file.read().rpartition(b")")[2].split()[1])
                    children.setdefault(parent, []).append(int(name))
            except (OSError, ValueError, IndexError):
                pass
        found, pending = [], list(children.get(os.getpid(), []))
        while pending:
            process = pending.pop()
            found.append(process)
            pending += children.get(process, [])
        return found


    def end_descendants():
        """Ends all that was started, also in sessions of their own; others may come meanwhile."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for process in descendants():
                try:
                    os.kill(process, signal.SIGKILL)
                except OSError:
                    pass
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                return
            time.sleep(0.01)


    def drop_privileges(uid, gid):
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)


    def copy_tree(source, target, request):
        """Copies files with their times, in an order that the file system lists them by."""
        mask = ~request["umask"]
        os.mkdir(target, 0o777)
        names = sorted(os.listdir(source), reverse=request["reverse"])
        for name in names:
            old, new = os.path.join(source, name), os.path.join(target, name)
            status = os.lstat(old)
            if stat.S_ISLNK(status.st_mode):
                os.symlink(os.readlink(old), new)
                set_owner(new, request)
            elif stat.S_ISDIR(status.st_mode):
                copy_tree(old, new, request)
            elif stat.S_ISREG(status.st_mode):
                with open(old, "rb") as reader, open(new, "wb") as writer:
                    while True:
                        block = reader.read(1 << 20)
                        if not block:
                            break
                        writer.write(block)
                os.chmod(new, (0o777 if status.st_mode & 0o100 else 0o666) & mask)
                set_time(new, status, request)
                set_owner(new, request)
        os.chmod(target, 0o777 & mask)
        set_time(target, os.lstat(source), request)
        set_owner(target, request)


    def set_owner(path, request):
        if request["uid"] is not None:
            os.lchown(path, request["uid"], request["gid"])


    def set_time(path, status, request):
        moment = status.st_mtime_ns + request["shift"] * 10 ** 9
        os.utime(path, ns=(moment, moment))


    def run_hook(request, name, arguments):
        """The hook's answer, or None and why it failed."""
        place = os.path.join(request["work"], "hook")
        os.makedirs(place, exist_ok=True)
        question = os.path.join(place, "question.json")
        answer = os.path.join(place, "answer.json")
        if os.path.exists(answer):
            os.remove(answer)
        with open(question, "w") as file:
            json.dump(
                {
                    "backend": request["backend"],
                    "path": [os.path.join(request["project"], p) for p in request["backend_path"]],
                    "hook": name,
                    "arguments": arguments,
                    "settings": request["settings"],
                },
                file,
            )
        process = subprocess.Popen(
            [request["python"], HOOK, question, answer],
            cwd=request["project"],
            env=request["variables"],
            stdin=subprocess.DEVNULL,
        )
        code = process.wait()
        if not request["sandbox"]:
            end_descendants()
        if code == 0:
            try:
                with open(answer) as file:
                    return json.load(file), None
            except (OSError, ValueError):
                return None, "the hook `%s` left no answer" % name
        if code < 0:
            return None, "the hook `%s` was ended by signal %d" % (name, -code)
        return None, "the hook `%s` failed" % name


    def limit_of(request, problem):
        """Which limit stands behind a failure, as far as it can be seen from here."""
        if problem and problem.endswith("signal %d" % signal.SIGXCPU):
            return "time"
        if problem and problem.endswith("signal %d" % signal.SIGXFSZ):
            return "output"
        for folder in request["writable"]:
            try:
                space = os.statvfs(folder)
            except OSError:
                continue
            if space.f_bavail * space.f_frsize < 1 << 16 or space.f_files and space.f_favail < 8:
                return "disk"
        return None


    def build(request):
        os.makedirs(os.path.dirname(request["source"]), exist_ok=True)
        copy_tree(request["input"], request["source"], request)
        if request["uid"] is not None:
            drop_privileges(request["uid"], request["gid"])
        set_limits(request)
        for folder in request["folders"]:
            os.makedirs(folder, exist_ok=True)
        os.umask(request["umask"])
        requires, problem = run_hook(request, request["requires"], [])
        result = {"status": "failed", "problem": problem, "requires": [], "name": None}
        if problem:
            return result, None
        if not isinstance(requires, list) or not all(isinstance(one, str) for one in requires):
            result["problem"] = "the hook `%s` gave no list of strings" % request["requires"]
            return result, None
        result["requires"] = requires
        known = request["known"]
        if not request["hook"] or known is not None and any(one not in known for one in requires):
            result["status"] = "requires"
            return result, None
        output = os.path.join(request["work"], "dist")
        os.makedirs(output, exist_ok=True)
        name, problem = run_hook(request, request["hook"], [output])
        result["problem"] = problem
        if problem:
            return result, None
        path = os.path.join(output, name) if isinstance(name, str) else ""
        if not name or "/" in name or os.path.islink(path) or not os.path.isfile(path):
            result["problem"] = "the hook `%s` did not make the file that it named" % request["hook"]
            return result, None
        result["status"] = "built"
        result["name"] = name
        return result, path


    def send(channel, result, path):
        with os.fdopen(channel, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
                text = json.dumps(result).encode()
                header = tarfile.TarInfo("result.json")
                header.size = len(text)
                archive.addfile(header, io.BytesIO(text))
                if path:
                    with open(path, "rb") as file:
                        header = tarfile.TarInfo("dist/" + result["name"])
                        header.size = os.fstat(file.fileno()).st_size
                        archive.addfile(header, file)


    def main():
        try:
            os.fstat(0)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)
        with open(sys.argv[1]) as file:
            request = json.load(file)
        # The results' way out is this process's alone: what hooks print goes to the log.
        channel = os.dup(1)
        os.set_inheritable(channel, False)
        os.dup2(2, 1)
        os.umask(0)
        if not request["sandbox"]:
            guard_build()
        try:
            result, path = build(request)
        except OSError as error:
            result, path = {"status": "failed", "requires": [], "name": None}, None
            result["problem"] = "the source cannot be copied: %s" % error
        if result["status"] == "failed":
            result["limit"] = limit_of(request, result["problem"])
        send(channel, result, path)


    main()

    """#

  /// Calls one hook; run by the build environment's interpreter.
  static let hook = #"""
    """Calls one hook of a build back end (PEP 517) in the build environment."""
    import importlib
    import json
    import os
    import sys

    # The folder of this file is no place to import from, and neither is the source.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [p for p in sys.path if p and os.path.abspath(p) != here]

    with open(sys.argv[1]) as file:
        question = json.load(file)
    answer_path = sys.argv[2]
    sys.argv[:] = sys.argv[:1]
    sys.path[:0] = question["path"]
    module, _, names = question["backend"].partition(":")
    backend = importlib.import_module(module)
    for name in names.split("."):
        if name:
            backend = getattr(backend, name)
    hook = getattr(backend, question["hook"], None)
    if hook is not None:
        answer = hook(*question["arguments"], config_settings=question["settings"])
    elif question["hook"].startswith("get_requires_"):
        answer = []
    else:
        sys.exit("the build back end `%s` has no hook `%s`" % (question["backend"], question["hook"]))
    if isinstance(answer, (list, tuple)):
        answer = [str(one) for one in answer]
    with open(answer_path, "w") as file:
        json.dump(answer, file)

    """#
}
