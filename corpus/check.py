#!/usr/bin/env python3
"""Checks that the replays are inert and well formed, by reading alone.

It runs nothing that a replay holds and knows nothing of verdicts; `--self-test` shows that each rule can fail.
"""

import base64
import binascii
import gzip
import ipaddress
import json
import re
import sys
from pathlib import Path

# A replay lives in a repository: one file beyond this is a mistake.
MAX_FILE_BYTES = 512 * 1024
# A mutant does not live in the repository; the longest line of a transform is two million letters.
MAX_MUTANT_BYTES = 8 * 1024 * 1024
# Layers of encoding that are undone while looking for hosts; the deepest replay has two.
MAX_DEPTH = 3

RESERVED_SUFFIXES = (".example", ".test", ".invalid", ".localhost")
RESERVED_NETS = [
    ipaddress.ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "127.0.0.0/8", "0.0.0.0/32")
]
TRIGGERS = {"install", "gyp", "import", "bin", "lazy", "browser", "none"}
KEYS = {
    "id", "title", "family", "class", "as_of", "target", "bad", "expect",
    "techniques", "transform", "trigger", "inspired_by",
}  # fmt: skip
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
TECHNIQUE = re.compile(r"^(EXE|SRC|FLO|OBF|ANT|MET|PER|AIX|WRM|NEG)-\d\d$")

URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://([^\s/\"'`<>\\,;)\]}|]+)", re.I)
IPV4 = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})(?![\w.])")
# Endings under which real hosts lie; those that are also common property names or file endings are left to `URL`.
PUBLIC_HOST = re.compile(
    r"(?<![\w.-])((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|net|org|io|dev|xyz|ru|cn|eu|gov|edu|site|online|cloud))(?![\w.(\\-])",
    re.I,
)
# No name before an `@` is longer than 64 letters; the bound also keeps long runs of letters from costing their square.
MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.I)
BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
BASE64_REVERSED = re.compile(r"_{0,2}[A-Za-z0-9+/]{10,}")
HEX = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{2}){8,}(?![0-9a-f])", re.I)
REVERSED_URL = re.compile(r"//:(?:s?ptth|s?sw)")
# Longest address looked at in reverse.
MAX_REVERSED = 2048
# Base64 over several lines is one text; read line by line its hosts would be cut.
WRAPPED = re.compile(r"(?:[A-Za-z0-9+/]{40,}\r?\n)+[A-Za-z0-9+/]*={0,2}")
# What these rules allow they know by a name, and a transform takes names away. That nothing is removed or published is
# held in the case a mutant was made from, which does the same.
NAMED = ("a removal", "a publish without a reserved registry")
# Beginnings of the reserved ranges, which a transform may have cut off the rest.
CUT = ("1", "19", "2", "20")
# Shortest host looked for among bytes that are no text.
CHANCE = 7
INVISIBLE = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{8,}")

DESTRUCTIVE = [
    (re.compile(r"\brm\s+-[a-zA-Z]*[rf]"), "a recursive or forced rm"),
    (re.compile(r"\b(?:rmSync|rmdirSync|rimraf|unlinkSync\s*\((?!\s*(?:__filename|stage)\b))"), "a removal"),
    (re.compile(r"(?:\bfs|\bpromises|\bfsp)\s*\.\s*(?:rm|rmdir)\s*\("), "a removal"),
    (re.compile(r"\.unlink\s*\((?!\s*(?:__filename|stage)\b)"), "a removal"),
    (re.compile(r"\b(?:mkfs|shred|cipher\s+/w|Remove-Item|deltree)\b|\bdd\s+if=|\bdel\s+/[sqf]|\bformat\s+c:", re.I), "a wipe"),
    (re.compile(r">\s*/dev/(?:sd|nvme|disk)"), "a write to a disk device"),
    (re.compile(r"\b(?:truncateSync|truncate)\s*\("), "a truncation"),
    (re.compile(r"npm\s+publish(?![^'\"`\n]*--registry\s*(?:https://registry\.example|['\"]\s*\+))"), "a publish without a reserved registry"),
]
CREDENTIAL = r"(?:\.npmrc|\.netrc|\.aws/|\.ssh/|\.kube|\.docker/config|git-credentials|id_rsa|id_ed25519|solana/id\.json)"
CREDENTIAL_WRITE = re.compile(r"(?:writeFile|appendFile|createWriteStream|copyFile|rename)\w*\s*\([^;\n]{0,80}" + CREDENTIAL)
SECRETS = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}|xox[abp]-[0-9A-Za-z-]{20,})|BEGIN (?:[A-Z]+ )?PRIVATE KEY"
)
WALLET = re.compile(r"\b0x([0-9a-fA-F]{40})\b")
OBFUSCATED = re.compile(r"_0x[0-9a-f]{4,6}\b")


def host_is_reserved(host):
    """Whether nothing can answer under this name or address."""
    host = host.rsplit("@", 1)[-1].lower().strip(".")
    host = host.split(":", 1)[0] if host.count(":") < 2 else host.strip("[]")
    if host == "localhost" or host.endswith(RESERVED_SUFFIXES):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if address.version == 6:
        return address.is_loopback
    return any(address in net for net in RESERVED_NETS)


def url_host(raw):
    """The host of what follows `://`, or none where code puts it together."""
    host = raw.split("?", 1)[0].split("#", 1)[0]
    if not re.match(r"^[\w.:@\[\]-]+$", host) or host in ("", "."):
        return None
    return host


def decoded(text):
    """What the literals in `text` say once an encoding is undone."""
    text = WRAPPED.sub(lambda found: re.sub(r"\s", "", found.group()), text)
    for literal in BASE64.findall(text):
        try:
            raw = base64.b64decode(literal + "=" * (-len(literal) % 4))
        except (binascii.Error, ValueError):
            continue
        if raw[:2] == b"\x1f\x8b":
            try:
                raw = gzip.decompress(raw)
            except (OSError, EOFError):
                continue
        yield raw
    for literal in HEX.findall(text):
        yield bytes.fromhex(literal)
    for literal in BASE64_REVERSED.findall(text):
        try:
            yield base64.b64decode(literal.replace("_", "=")[::-1])
        except (binascii.Error, ValueError):
            continue
    for found in REVERSED_URL.finditer(text):
        before = re.search(r"[^\s'\"`]{4,}$", text[max(0, found.start() - MAX_REVERSED) : found.start()])
        if before:
            yield (before.group() + found.group())[::-1].encode()
    for literal in INVISIBLE.findall(text):
        codes = (ord(letter) for letter in literal)
        yield bytes(code - 0xFE00 if code < 0xFE10 else code - 0xE0100 + 16 for code in codes)


def inert_problems(text, depth=0, mutant=False):
    """Everything in `text` that could reach or harm something real."""
    problems = []
    for raw in URL.findall(text):
        host = url_host(raw)
        if host is not None and "." in host and not host_is_reserved(host):
            problems.append(f"address of a host that is not reserved: `{host}`")
    for address in IPV4.findall(text):
        cut = mutant and any(host_is_reserved(head + address) for head in CUT)
        if all(int(part) < 256 for part in address.split(".")) and not host_is_reserved(address) and not cut:
            problems.append(f"address that is not reserved: `{address}`")
    problems += [f"host that is not reserved: `{host}`" for host in PUBLIC_HOST.findall(text)]
    for domain in MAIL.findall(text):
        if re.search(r"\.[a-z]{2,}$", domain, re.I) and not host_is_reserved(domain):
            problems.append(f"mail domain that is not reserved: `{domain}`")
    rules = [(pattern, what) for pattern, what in DESTRUCTIVE if not (mutant and what in NAMED)]
    problems += [f"{what}" for pattern, what in rules if pattern.search(text)]
    if CREDENTIAL_WRITE.search(text):
        problems.append("a write to a credential path")
    if SECRETS.search(text):
        problems.append("what looks like a real secret")
    for digits in WALLET.findall(text):
        if len(set(digits.lower())) > 1:
            problems.append(f"a wallet that is not obviously fake: `0x{digits}`")
    if depth < MAX_DEPTH:
        for raw in decoded(text):
            try:
                inner = raw.decode("utf-8")
            except UnicodeDecodeError:
                continue
            if sum(letter.isprintable() or letter in "\r\n\t" for letter in inner) >= 0.97 * len(inner):
                problems += [f"after decoding: {problem}" for problem in inert_problems(inner, depth + 1, mutant)]
    return problems


def split_spec(spec):
    name, _, version = spec.rpartition("@")
    return name, version


def package_problems(folder, as_of):
    """What is wrong with one package of a replay; also its versions that have files, with their times."""
    problems, times = [], {}
    name = folder.name.replace("+", "/", 1) if folder.name.startswith("@") else folder.name
    document = json.loads((folder / "packument.json").read_text(encoding="utf-8"))
    if document.get("name") != name:
        problems.append(f"the packument is of `{document.get('name')}`")
    versions, moments = document.get("versions", {}), document.get("time", {})
    if document.get("dist-tags", {}).get("latest") not in versions:
        problems.append("`latest` points to no version")
    for version in versions:
        if not MOMENT.match(moments.get(version, "")):
            problems.append(f"no publish time of {version}")
    if any(moments.get("created", "") > moments.get(version, "") for version in versions):
        problems.append("a version is older than the package")
    for entry in folder.iterdir():
        if not entry.is_dir():
            if entry.name != "packument.json":
                problems.append(f"stray file `{entry.name}`")
            continue
        manifest = json.loads((entry / "package.json").read_text(encoding="utf-8"))
        if (manifest.get("name"), manifest.get("version")) != (name, entry.name):
            problems.append(f"the manifest in `{entry.name}` is of {manifest.get('name')}@{manifest.get('version')}")
        if entry.name not in versions:
            problems.append(f"{entry.name} has files and is not in the packument")
        times[entry.name] = moments.get(entry.name, "")
    return problems, name, set(versions), times


def case_problems(case):
    """What is wrong with the case as the format sees it."""
    problems = []
    data = json.loads((case / "case.json").read_text(encoding="utf-8"))
    # A mutant also names the case it was made from.
    if set(data) - {"base"} != KEYS:
        problems.append(f"keys of case.json differ: {sorted(set(data) ^ KEYS)}")
        return problems
    if data["id"] != case.name:
        problems.append(f"the id is `{data['id']}`")
    if not MOMENT.match(data["as_of"]):
        problems.append("as_of is not a moment")
    if data["trigger"] not in TRIGGERS:
        problems.append(f"unknown trigger `{data['trigger']}`")
    problems += [f"unknown technique `{code}`" for code in data["techniques"] if not TECHNIQUE.match(code)]
    allowed = {"malicious": {"block", "quarantine"}, "benign": {"allow"}}.get(data["class"])
    if allowed is None or data["expect"] not in allowed:
        problems.append(f"class `{data['class']}` cannot expect `{data['expect']}`")
    if (data["class"] == "malicious") != bool(data["bad"]):
        problems.append("only an attack names bad releases")
    packages = {}
    for folder in sorted((case / "registry").iterdir()):
        found, name, versions, times = package_problems(folder, data["as_of"])
        problems += [f"{folder.name}: {problem}" for problem in found]
        packages[name] = (versions, times)
    for spec in [data["target"], *data["bad"]]:
        name, version = split_spec(spec)
        if version not in packages.get(name, (set(), {}))[0]:
            problems.append(f"{spec} is not in the registry")
    name, version = split_spec(data["target"])
    versions, times = packages.get(name, (set(), {}))
    if version not in times:
        problems.append("the target has no files")
    elif not times[version] <= data["as_of"].replace("Z", ".999Z"):
        problems.append("the target is not published yet at as_of")
    elif len(versions) > 1 and not any(moment < times[version] for moment in times.values()):
        problems.append("no earlier version has files, so nothing can be compared")
    if data["class"] == "malicious" and data["target"] not in data["bad"]:
        problems.append("the target of an attack is bad")
    return problems


def file_problems(path, case, most, mutant):
    """What is wrong with one file."""
    if path.is_symlink() or not path.is_file():
        return ["is neither a file nor a folder"]
    raw = path.read_bytes()
    if len(raw) > most:
        return ["is larger than a file of a replay may be"]
    text = raw.decode("utf-8", errors="replace")
    problems = inert_problems(text, mutant=mutant)
    if "\ufffd" in text:
        # Four letters and a dot among the bytes of a picture are chance; a payload's host is longer.
        problems = [one for one in problems if not (one.startswith("host ") and len(one.split("`")[1]) < CHANCE)]
    shipped = "registry" in path.relative_to(case).parts[:1]
    if shipped and len(set(OBFUSCATED.findall(text))) > 12 and not (case / "source").is_dir():
        problems.append("obfuscated, and its clear text is not kept in `source`")
    return problems


def check(root, most):
    """Every problem below `root`, one line each; no file may have more than `most` bytes."""
    lines, families = [], {"malicious": set(), "benign": set()}
    cases = sorted(path for path in root.iterdir() if path.is_dir())
    for case in cases:
        data = {}
        try:
            lines += [f"{case.name}: {problem}" for problem in case_problems(case)]
            data = json.loads((case / "case.json").read_text(encoding="utf-8"))
            families[data["class"]].add(data["family"])
        except (OSError, KeyError, json.JSONDecodeError) as error:
            lines.append(f"{case.name}: cannot be read: {error}")
        for path in sorted(case.rglob("*")):
            if not path.is_dir() or path.is_symlink():
                lines += [f"{path.relative_to(root)}: {problem}" for problem in file_problems(path, case, most, "base" in data)]
    print(f"{len(cases)} cases, {len(families['malicious'])} families of attack, {len(families['benign'])} of look-alike")
    return lines


def self_test():
    """Shows that each rule fails where it should and not elsewhere."""
    dot = "."
    real = dot.join(["static", "vendor", "com"])
    bad = [
        f"fetch('https://{real}/x')",
        f"const host = '{real}';",
        f"author <a@{real}>",
        "connect(80, '" + dot.join(["8", "8", "8", "8"]) + "')",
        base64.b64encode(f"https://{real}/stage".encode()).decode(),
        f"https://{real}/stage".encode().hex(),
        "".join(chr(0xFE00 + b) if b < 16 else chr(0xE0100 + b - 16) for b in f"https://{real}/".encode()),
        base64.b64encode(gzip.compress(f"https://{real}/stage?{'x' * 60}".encode())).decode(),
        f"https://{real}/stage"[::-1],
        "rm " + "-rf ~",
        "fs." + "rmSync(home)",
        "fs.promises." + "rm(home)",
        "fs." + "unlink(file)",
        "npm " + "publish --access public",
        "fs.writeFileSync(path.join(home, '.npm" + "rc'), text)",
        "gh" + "p_" + "a1" * 18,
        "0x" + "ab" * 20,
    ]
    good = [
        "fetch('https://files.example/x')",
        "connect(80, '203.0.113.9')",
        "http://127.0.0.1:8080/",
        "`https://${host}/x`",
        base64.b64encode(b"https://files.test/stage").decode(),
        "fs.unlinkSync(__filename)",
        "npm publish --registry https://registry.example",
        "fs.readFileSync(path.join(home, '.npmrc'))",
        "0x" + "1" * 40,
        "log.info('x'); net.connect(path)",
    ]
    wrong = [f"not found: {text[:60]}" for text in bad if not inert_problems(text)]
    wrong += [f"found in vain: {text[:60]}: {inert_problems(text)}" for text in good if inert_problems(text)]
    return wrong


def main(arguments):
    lines = self_test()
    if "--self-test" not in arguments:
        if "--mutants" in arguments:
            lines += check(Path(arguments[arguments.index("--mutants") + 1]), MAX_MUTANT_BYTES)
        else:
            lines += check(Path(__file__).resolve().parent / "replays", MAX_FILE_BYTES)
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
