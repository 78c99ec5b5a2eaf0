//! One pass over a file's bytes: shape of lines, marks of obfuscation, words that lead to sinks, imports.
//! Nothing is parsed; what is counted is said, and only counts are trusted.
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::kind::FileKind;

/// Words without which code has no way to a sink. Computed names show as `require(` with something
/// other than a quote, as `constructor` outside a class, or as escapes.
static HOT: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::new([
        "child_process",
        "eval",
        "Function(",
        "Function\"",
        "Function'",
        ".constructor",
        "\"constructor\"",
        "'constructor'",
        "fetch(",
        "fetch)",
        ".fetch",
        "fetch=",
        "fetch,",
        "'http",
        "\"http",
        "`http",
        "node:http",
        "node:net",
        "node:tls",
        "node:dns",
        "node:dgram",
        "'net'",
        "\"net\"",
        "'tls'",
        "\"tls\"",
        "'dns",
        "\"dns",
        "'dgram'",
        "\"dgram\"",
        "WebSocket",
        "XMLHttpRequest",
        "sendBeacon",
        "'vm'",
        "\"vm\"",
        "node:vm",
        "_compile",
        "_load",
        "process.binding",
        "dlopen",
        "createRequire",
        "getBuiltinModule",
        "worker_threads",
        "writeFile",
        "createWriteStream",
        "appendFile",
        "outputFile",
        "axios",
        "'got'",
        "\"got\"",
        "\"request\"",
        "'request'",
        "superagent",
        "undici",
        "node-fetch",
        "cross-fetch",
        "needle",
        "'ky'",
        "\"ky\"",
        "phin",
        "'ws'",
        "\"ws\"",
        "socket.io-client",
        "nodemailer",
        "telegraf",
        "execa",
        "cross-spawn",
        "shelljs",
        "ethereum",
        "_0x",
        "import(",
        "importScripts",
        "EventSource",
        "fromCharCode",
        "atob",
        "unescape(",
        "\\x72",
        "\\x65",
        "createElement(\"script",
        "createElement('script",
        "getImageData",
        "document.cookie",
        "require.cache",
        "eth_sendTransaction",
        "secretKey",
        "globalThis[",
        "global[",
        "window[",
        "this[",
        "self[",
        "process[",
        "module[",
        "require(a",
        "require(e",
        "require(t",
        "require(n",
        "require(_",
        "require(`",
        "process.env)",
        "{...process.env",
        "rmSync",
        "rmdir",
        "unlink",
        "emptyDir",
        "removeSync",
        "rimraf",
        ".ajax",
        "discord.js",
        "privateKey",
        "mnemonic",
        "mainModule",
        "Module(",
        "openSync",
        "Bun.",
        "Deno.",
    ])
    .ok()
});

/// True when one of the words, or a word of a source, stands in a piece of code.
pub(crate) fn has_hot_word(code: &[u8]) -> bool {
    const SOURCES: &[&[u8]] = &[
        b"process.env",
        b"homedir",
        b"hostname",
        b"userInfo",
        b"readFile",
        b"clipboard",
    ];
    HOT.as_ref().is_none_or(|hot| hot.is_match(code))
        || SOURCES.iter().any(|w| memchr::memmem::find(code, w).is_some())
}

/// Files up to this size are searched for loops without an end: a loop that is to stop an import hides in no bundle,
/// and bundles are full of loops that only look like it.
const SMALL_FILE: usize = 8 << 10;

/// True when a loop's test may be true for ever, as far as its first letters tell.
fn may_turn_for_ever(code: &[u8]) -> bool {
    const TESTS: &[&[u8]] = &[b"true)", b"1)", b"!", b"[", b"'", b"\""];
    let plain = |from: usize| {
        let rest = code.get(from..).unwrap_or_default();
        let mut letters = rest.iter().copied().filter(|b| !b.is_ascii_whitespace());
        let mut head = [0u8; 6];
        for slot in &mut head {
            *slot = letters.next().unwrap_or_default();
        }
        head
    };
    let whiles = memchr::memmem::find_iter(code, b"while").any(|at| {
        let head = plain(at + b"while".len());
        TESTS
            .iter()
            .any(|test| head.strip_prefix(b"(").is_some_and(|rest| rest.starts_with(test)))
    });
    let fors = || memchr::memmem::find_iter(code, b";").any(|at| plain(at + 1).starts_with(b";"));
    whiles || memchr::memmem::find(code, b"Infinity").is_some() || fors()
}

/// What one pass tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looks {
    pub minified: bool,
    pub hot: bool,
    pub marks: Vec<(&'static str, usize)>,
    pub imports: Vec<String>,
}

/// Invisible characters in a run that cannot be script or emoji.
const INVISIBLE_RUN: usize = 8;
/// Blanks before code on one line that nobody sees on a screen.
const BLANKS: usize = 200;
/// Names of the common obfuscator's kind that make a file its work.
const HEX_NAMES: usize = 24;

/// Looks at one file.
pub(crate) fn look(kind: FileKind, bytes: &[u8]) -> Looks {
    let mut out = Looks::default();
    let code = kind.is_code();
    if !code
        && !matches!(
            kind,
            FileKind::Text | FileKind::Declaration | FileKind::Json | FileKind::Script
        )
    {
        return out;
    }
    let mut marks: Vec<(&'static str, usize)> = Vec::new();
    lines(bytes, code, &mut out, &mut marks);
    unicode(bytes, kind, &mut marks);
    if code {
        out.hot = HOT.as_ref().is_none_or(|hot| hot.is_match(bytes)) || odd_require(bytes);
        out.hot = out.hot || (bytes.len() <= SMALL_FILE && may_turn_for_ever(bytes));
        imports(bytes, &mut out.imports);
        obfuscation(bytes, &mut marks);
        out.hot |= !marks.is_empty();
    }
    marks.sort_unstable();
    marks.dedup_by_key(|(id, _)| *id);
    out.marks = marks;
    out
}

/// The loop that turns a table of strings until a sum of parsed numbers fits: however its names were chosen.
fn rotation(bytes: &[u8]) -> Option<usize> {
    /// Numbers parsed in one sum; the common obfuscator takes at least this many.
    const NUMBERS: usize = 5;
    /// Bytes the sum may take, each term behind a wrapper with its own arithmetic.
    const SUM: usize = 2_500;
    /// Bytes behind the last number in which both turns stand.
    const TURNS: usize = 700;
    let mut places: std::collections::VecDeque<usize> = std::collections::VecDeque::new();
    for at in memchr::memmem::find_iter(bytes, b"parseInt(") {
        places.push_back(at);
        if places.len() < NUMBERS {
            continue;
        }
        let first = places.pop_front().unwrap_or(at);
        if at - first > SUM {
            continue;
        }
        let tail = bytes.get(at..(at + TURNS).min(bytes.len())).unwrap_or_default();
        let twice = |word: &[u8]| memchr::memmem::find_iter(tail, word).count() >= 2;
        if twice(b"shift") && twice(b"push") {
            return Some(first);
        }
    }
    None
}

/// A `require` that is no plain call of one whole literal: a name for it, a computed or a spliced argument.
fn odd_require(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, b"require").any(|at| match bytes.get(at + 7) {
        Some(b'(') => match literal(bytes, at + 8) {
            Some((_, end)) => !matches!(
                bytes.get(end + blanks(bytes, end)),
                Some(b')' | b',' | b';') | None
            ),
            None => bytes.get(at + 8) != Some(&b')'),
        },
        Some(b'.' | b',' | b')' | b';' | b'=' | b'[') => true,
        _ => false,
    })
}

/// Blank bytes and comments from `at` on.
fn blanks(bytes: &[u8], at: usize) -> usize {
    /// Comments before a specifier are names of chunks; longer ones are not read over.
    const MOST: usize = 600;
    let tail = bytes.get(at..(at + MOST).min(bytes.len())).unwrap_or_default();
    let mut ix = 0usize;
    loop {
        match tail.get(ix) {
            Some(b' ' | b'\t' | b'\r' | b'\n') => ix += 1,
            Some(b'/') if tail.get(ix + 1) == Some(&b'*') => {
                let body = tail.get(ix + 2..).unwrap_or_default();
                match memchr::memmem::find(body, b"*/") {
                    Some(end) => ix += end + 4,
                    None => return ix,
                }
            }
            Some(b'/') if tail.get(ix + 1) == Some(&b'/') => {
                match memchr::memchr(b'\n', tail.get(ix..).unwrap_or_default()) {
                    Some(end) => ix += end + 1,
                    None => return ix,
                }
            }
            _ => return ix,
        }
    }
}

/// The literal at `at`, blanks before it, and where it ends.
fn literal(bytes: &[u8], at: usize) -> Option<(&str, usize)> {
    /// Longest specifier; real ones are paths.
    const MOST: usize = 300;
    let start = at + blanks(bytes, at);
    let quote = bytes
        .get(start)
        .copied()
        .filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    let body = bytes.get(start + 1..(start + 1 + MOST).min(bytes.len()))?;
    let end = memchr::memchr(quote, body)?;
    let text = std::str::from_utf8(body.get(..end)?).ok()?;
    Some((text, start + end + 2))
}

fn lines(bytes: &[u8], code: bool, out: &mut Looks, marks: &mut Vec<(&'static str, usize)>) {
    let (mut longest, mut count, mut start) = (0usize, 1usize, 0usize);
    for end in memchr::memchr_iter(b'\n', bytes) {
        longest = longest.max(end - start);
        start = end + 1;
        count += 1;
    }
    longest = longest.max(bytes.len() - start);
    out.minified = longest > 1_500 && bytes.len() / count > 160;
    const SOME_BLANKS: &[u8] = &[b' '; 64];
    const SOME_TABS: &[u8] = &[b'\t'; 64];
    if !code
        || longest < BLANKS
        || (memchr::memmem::find(bytes, SOME_BLANKS).is_none()
            && memchr::memmem::find(bytes, SOME_TABS).is_none())
    {
        return;
    }
    // A long run of blanks inside a line, with code behind it.
    let mut run = 0usize;
    for (ix, b) in bytes.iter().enumerate() {
        if matches!(b, b' ' | b'\t') {
            run += 1;
            continue;
        }
        if run >= BLANKS && !matches!(b, b'\n' | b'\r' | b'*' | b'/') {
            let line = bytes
                .get(..ix - run)
                .and_then(|h| memchr::memrchr(b'\n', h))
                .map_or(0, |n| n + 1);
            let head = bytes.get(line..ix - run).unwrap_or_default();
            let tail = bytes.get(ix..(ix + 400).min(bytes.len())).unwrap_or_default();
            let calls =
                tail.contains(&b'(') && !tail.iter().take(2).any(|b| matches!(b, b'`' | b'"' | b'\''));
            let in_comment =
                head.trim_ascii_start().starts_with(b"//") || head.trim_ascii_start().starts_with(b"*");
            if calls && !in_comment && !head.trim_ascii().is_empty() {
                marks.push(("OBF-12", ix));
                break;
            }
        }
        run = 0;
    }
}

fn unicode(bytes: &[u8], kind: FileKind, marks: &mut Vec<(&'static str, usize)>) {
    // The first bytes of every character looked for; most files have none and are done at once.
    const STARTS: &[&[u8]] = &[
        b"\xef\xb8",
        b"\xef\xbe\xa0",
        b"\xf3\xa0",
        b"\xe3\x85\xa4",
        b"\xe2\x80\x8b",
        b"\xe2\x80\xaa",
        b"\xe2\x80\xab",
        b"\xe2\x80\xad",
        b"\xe2\x80\xae",
        b"\xe2\x81",
        b"\xe1\xa0\x8e",
    ];
    if !bytes.iter().any(|b| *b >= 0xe1) || !STARTS.iter().any(|s| memchr::memmem::find(bytes, s).is_some()) {
        return;
    }
    let text = String::from_utf8_lossy(bytes);
    let (mut run, mut bidi_open) = (0usize, None);
    for (at, c) in text.char_indices() {
        let hidden = matches!(u32::from(c), 0xFE00..=0xFE0E | 0xE0100..=0xE01EF | 0xE0000..=0xE007F | 0x3164 | 0xFFA0 | 0x200B | 0x2060 | 0x180E);
        if hidden {
            run += 1;
            if run == INVISIBLE_RUN {
                marks.push(("OBF-10", at));
            }
        } else if !matches!(u32::from(c), 0x200C | 0x200D | 0xFE0F) {
            run = 0;
        }
        match c {
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' if kind.is_code() && bidi_open.is_none() => {
                bidi_open = Some(at);
            }
            _ => {}
        }
    }
    if let Some(at) = bidi_open {
        // In a string of a translation they are data; beside an operator or comment end they are a trick.
        let mut to = (at + 120).min(text.len());
        while !text.is_char_boundary(to) {
            to += 1;
        }
        let near = text.get(at..to).unwrap_or_default();
        let line = near.split('\n').next().unwrap_or_default();
        if line.contains("*/") || line.contains("/*") || line.contains("//") || line.contains("if") {
            marks.push(("OBF-11", at));
        }
    }
}

fn obfuscation(bytes: &[u8], marks: &mut Vec<(&'static str, usize)>) {
    let mut names = 0usize;
    for at in memchr::memmem::find_iter(bytes, b"_0x") {
        let hex = bytes
            .get(at + 3..at + 7)
            .is_some_and(|h| h.iter().all(u8::is_ascii_hexdigit));
        names += usize::from(hex);
        if names >= HEX_NAMES {
            marks.push(("OBF-06", at));
            break;
        }
    }
    if let Some(at) = rotation(bytes) {
        marks.push(("OBF-06", at));
    }
    let escapes = memchr::memmem::find_iter(bytes, b"\\x").count();
    if escapes > 100 && escapes * 4 * 3 > bytes.len() {
        marks.push(("OBF-05", memchr::memmem::find(bytes, b"\\x").unwrap_or(0)));
    }
    if let Some(at) = memchr::memmem::find(bytes, b"eval(function(p,a,c,k,e,") {
        marks.push(("OBF-07", at));
    }
    if bytes.len() > 400 {
        let head = bytes.get(..bytes.len().min(2_048)).unwrap_or(bytes);
        let odd = head.iter().filter(|b| b"[]()!+".contains(b)).count() * 2 > head.len();
        let few = if !odd {
            0
        } else {
            bytes.iter().filter(|b| b"[]()!+".contains(b)).count()
        };
        if few * 10 > bytes.len() * 8 {
            marks.push(("OBF-07", 0));
        }
    }
}

/// Specifiers of imports and requires, found without a grammar: comments count too, which only reaches more.
fn imports(bytes: &[u8], out: &mut Vec<String>) {
    /// More than any file imports; the rest is no list of imports.
    const MOST: usize = 5_000;
    for word in [&b"require"[..], b"from", b"import", b"resolve"] {
        for at in memchr::memmem::find_iter(bytes, word) {
            let mut next = at + word.len();
            next += blanks(bytes, next);
            if bytes.get(next) == Some(&b'(') {
                next += 1;
            }
            match literal(bytes, next) {
                Some((text, _)) if !text.is_empty() && !text.contains(['\n', ' ']) => {
                    out.push(text.to_owned());
                }
                _ => {}
            }
            if out.len() > MOST {
                return;
            }
        }
    }
}

/// Hashes of a file's pieces: names and spacing abstracted, numbers of versions left out.
pub(crate) fn pieces(bytes: &[u8]) -> Vec<u64> {
    use std::hash::Hasher;
    const MOST: usize = 6_000;
    let mut out = Vec::new();
    let mut hash = crate::hash::Fx::default();
    let (mut depth, mut size, mut ix) = (0i32, 0usize, 0usize);
    while let Some(b) = bytes.get(ix).copied() {
        match b {
            b' ' | b'\t' | b'\r' | b'\n' | b';' => {
                if b == b';' && depth <= 2 && size > 24 {
                    out.push(hash.finish());
                    hash = crate::hash::Fx::default();
                    size = 0;
                }
            }
            b'/' if bytes.get(ix + 1) == Some(&b'/') && bytes.get(ix.wrapping_sub(1)) != Some(&b':') => {
                while bytes.get(ix + 1).is_some_and(|b| *b != b'\n') {
                    ix += 1;
                }
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => {
                let start = ix;
                while bytes
                    .get(ix + 1)
                    .is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$'))
                {
                    ix += 1;
                }
                let word = bytes.get(start..=ix).unwrap_or_default();
                let member = start.checked_sub(1).and_then(|p| bytes.get(p)) == Some(&b'.');
                // Short free names are what minifiers choose anew each time.
                let stamp = word.len() >= 16 && word.iter().any(u8::is_ascii_digit);
                if stamp {
                    hash.word(3);
                } else if word.len() > 2 || member {
                    hash.write(word);
                } else {
                    hash.word(1);
                }
                size += word.len();
            }
            b'0'..=b'9' => {
                while bytes
                    .get(ix + 1)
                    .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'.')
                {
                    ix += 1;
                }
                hash.word(2);
                size += 1;
            }
            _ => {
                match b {
                    b'{' => depth += 1,
                    b'}' => depth = (depth - 1).max(0),
                    _ => {}
                }
                hash.word(u64::from(b));
                size += 1;
                if b == b'}' && depth <= 2 && size > 24 {
                    out.push(hash.finish());
                    hash = crate::hash::Fx::default();
                    size = 0;
                }
            }
        }
        if out.len() >= MOST {
            break;
        }
        ix += 1;
    }
    if size > 0 {
        out.push(hash.finish());
    }
    out
}
