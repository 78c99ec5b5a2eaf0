//! Marked secrets of the invented machine and the search for them in whatever leaves it, disguised or plain.
//! It knows marks and encodings; it has no idea who sends them or where.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::codec;

/// What sort of secret a canary stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CanaryKind {
    /// A registry token.
    Registry,
    /// A cloud key.
    Cloud,
    /// A private key.
    PrivateKey,
    /// A forge or CI token.
    Forge,
    /// A browser's store.
    Browser,
    /// A wallet's key or phrase.
    Wallet,
    /// An agent's or model provider's key.
    Agent,
    /// A project's own secret.
    Project,
    /// The clipboard or a form.
    Input,
    /// Who the machine and its user are; not a secret, yet telling.
    Identity,
}

/// How a canary was hidden when it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Disguise {
    /// Not at all.
    Plain,
    /// Base64, in either alphabet.
    Base64,
    /// Hexadecimal.
    Hex,
    /// Percent encoding.
    Url,
    /// A compressed stream.
    Compressed,
    /// Written backwards.
    Reversed,
    /// XOR with a constant or a short repeating key.
    Xor,
    /// A cipher of the stage was given it.
    Encrypted,
    /// In pieces over several sendings.
    Split,
}

/// A canary found somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CanaryRef {
    /// Its name, such as `npm token`.
    pub name: String,
    /// What it stands for.
    pub kind: CanaryKind,
    /// The disguises taken off, outermost first; plain alone when there were none.
    pub disguises: Vec<Disguise>,
}

#[derive(Debug, Clone)]
pub(crate) struct Canary {
    pub name: &'static str,
    pub kind: CanaryKind,
    pub core: String,
}

/// Shortest piece of a canary that counts when it is sent in pieces: shorter ones occur by chance.
const PIECE: usize = 6;
/// Longest repeating XOR key looked for; the mark must be longer than two of them.
const XOR_PERIOD: usize = 12;
/// Layers of encoding taken off.
const LAYERS: usize = 4;
/// Decoded candidates followed in one search.
const CANDIDATES: usize = 96;
/// Shortest run of encoded letters worth decoding.
const RUN: usize = 16;

#[derive(Debug, Clone)]
pub(crate) struct Canaries {
    all: Vec<Canary>,
    derived: Vec<(Vec<u8>, CanaryRef)>,
    /// For each canary, which places of its core have left in pieces.
    sent: Vec<Vec<bool>>,
}

const NAMES: [(&str, CanaryKind); 22] = [
    ("npm token", CanaryKind::Registry),
    ("npm environment token", CanaryKind::Registry),
    ("aws access key", CanaryKind::Cloud),
    ("aws secret key", CanaryKind::Cloud),
    ("aws environment secret", CanaryKind::Cloud),
    ("gcloud credential", CanaryKind::Cloud),
    ("kubernetes token", CanaryKind::Cloud),
    ("docker login", CanaryKind::Cloud),
    ("ssh private key", CanaryKind::PrivateKey),
    ("github token", CanaryKind::Forge),
    ("github environment token", CanaryKind::Forge),
    ("git credential", CanaryKind::Forge),
    ("ci identity token", CanaryKind::Forge),
    ("browser logins", CanaryKind::Browser),
    ("browser cookies", CanaryKind::Browser),
    ("wallet keystore", CanaryKind::Wallet),
    ("wallet phrase", CanaryKind::Wallet),
    ("agent login", CanaryKind::Agent),
    ("model provider key", CanaryKind::Agent),
    ("project secret", CanaryKind::Project),
    ("shell history", CanaryKind::Project),
    ("clipboard", CanaryKind::Input),
];

impl Canaries {
    pub fn new(seed: u64, identity: &[&str]) -> Self {
        let mut all: Vec<Canary> = NAMES
            .iter()
            .map(|&(name, kind)| Canary {
                name,
                kind,
                core: mark(seed, name, 34),
            })
            .collect();
        for core in identity {
            all.push(Canary {
                name: "machine identity",
                kind: CanaryKind::Identity,
                core: (*core).to_owned(),
            });
        }
        let sent = all.iter().map(|canary| vec![false; canary.core.len()]).collect();
        Canaries {
            all,
            derived: Vec::new(),
            sent,
        }
    }

    /// The mark of a canary by its name.
    pub fn core(&self, name: &str) -> String {
        self.all
            .iter()
            .find(|canary| canary.name == name)
            .map(|canary| canary.core.clone())
            .unwrap_or_default()
    }

    pub fn is_secret_name(&self, value: &str) -> bool {
        self.all
            .iter()
            .any(|canary| canary.kind != CanaryKind::Identity && value.contains(canary.core.as_str()))
    }

    /// Remembers that `output` was made from `input` by a cipher or a compressor.
    pub fn derive(&mut self, input: &[u8], output: &[u8], how: Disguise) {
        const TAIL: usize = 24;
        if output.len() < TAIL / 2 || self.derived.len() > 64 {
            return;
        }
        let found = self.find(input);
        // The first block may be an IV or a header common to all: the second one is as telling.
        let from = if output.len() >= TAIL + 16 { 16 } else { 0 };
        let Some(needle) = output.get(from..(from + TAIL).min(output.len())) else {
            return;
        };
        for mut canary in found {
            canary.disguises.retain(|disguise| *disguise != Disguise::Plain);
            canary.disguises.insert(0, how);
            self.derived.push((needle.to_vec(), canary));
        }
    }

    /// Canaries in a payload, under any disguise.
    pub fn find(&self, payload: &[u8]) -> Vec<CanaryRef> {
        let mut found: Vec<CanaryRef> = Vec::new();
        let payload = payload
            .get(..payload.len().min(crate::limits::SEARCHED))
            .unwrap_or(payload);
        let mut queue: Vec<(Vec<u8>, Vec<Disguise>)> = vec![(payload.to_vec(), Vec::new())];
        let mut done = 0;
        while let Some((bytes, disguises)) = queue.pop() {
            done += 1;
            if done > CANDIDATES {
                break;
            }
            self.look(&bytes, &disguises, &mut found);
            if disguises.len() < LAYERS {
                for (inner, disguise) in decodings(&bytes) {
                    let mut path = disguises.clone();
                    path.push(disguise);
                    queue.insert(0, (inner, path));
                }
            }
        }
        found.sort();
        found.dedup_by(|one, other| one.name == other.name && one.kind == other.kind);
        found
    }

    fn look(&self, bytes: &[u8], disguises: &[Disguise], found: &mut Vec<CanaryRef>) {
        for canary in &self.all {
            let core = canary.core.as_bytes();
            let disguise = if contains(bytes, core) {
                None
            } else if canary.kind == CanaryKind::Identity {
                continue;
            } else if contains(bytes, &core.iter().rev().copied().collect::<Vec<_>>()) {
                Some(Disguise::Reversed)
            } else if xored(bytes, core) {
                Some(Disguise::Xor)
            } else {
                continue;
            };
            let mut path = disguises.to_vec();
            path.extend(disguise);
            if path.is_empty() {
                path.push(Disguise::Plain);
            }
            found.push(CanaryRef {
                name: canary.name.to_owned(),
                kind: canary.kind,
                disguises: path,
            });
        }
        for (needle, canary) in &self.derived {
            if contains(bytes, needle) {
                let mut canary = canary.clone();
                let mut path = disguises.to_vec();
                path.append(&mut canary.disguises);
                canary.disguises = path;
                found.push(canary);
            }
        }
    }

    /// Notes pieces of canaries in something small that left, and tells which canary is now out as a whole.
    pub fn note_pieces(&mut self, payload: &[u8]) -> Vec<CanaryRef> {
        let payload = payload.get(..payload.len().min(4096)).unwrap_or(payload);
        let mut layers = vec![payload.to_vec()];
        layers.extend(decodings(payload).into_iter().map(|(bytes, _)| bytes));
        let mut whole = Vec::new();
        for (canary, sent) in self.all.iter().zip(self.sent.iter_mut()) {
            if canary.kind == CanaryKind::Identity || sent.is_empty() {
                continue;
            }
            let core = canary.core.as_bytes();
            let before = sent.iter().filter(|place| **place).count();
            for (place, piece) in core.windows(PIECE).enumerate() {
                if layers
                    .iter()
                    .any(|layer| contains(layer, piece) || contains_folded(layer, piece))
                {
                    for mark in sent.iter_mut().skip(place).take(PIECE) {
                        *mark = true;
                    }
                }
            }
            let after = sent.iter().filter(|place| **place).count();
            // Two thirds: the ends of pieces fall where our windows do not reach.
            if after > before && before > 0 && after * 3 >= sent.len() * 2 {
                whole.push(CanaryRef {
                    name: canary.name.to_owned(),
                    kind: canary.kind,
                    disguises: vec![Disguise::Split],
                });
            }
        }
        whole
    }
}

/// A mark nothing else on earth contains: letters and digits from a digest of seed and name.
pub(crate) fn mark(seed: u64, name: &str, length: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    let mut out = String::with_capacity(length);
    let mut round = 0_u32;
    while out.len() < length {
        let digest = Sha256::digest(format!("{seed}/{name}/{round}"));
        for byte in digest {
            if let Some(letter) = LETTERS.get(usize::from(byte) % LETTERS.len())
                && out.len() < length
            {
                out.push(char::from(*letter));
            }
        }
        round += 1;
    }
    out
}

pub(crate) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    !needle.is_empty()
        && haystack.len() >= needle.len()
        && haystack.windows(needle.len()).any(|window| window == needle)
}

fn contains_folded(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window.eq_ignore_ascii_case(needle))
}

/// A repeating key cancels out between places one period apart, so the mark shows whatever the key.
pub(crate) fn xored(bytes: &[u8], core: &[u8]) -> bool {
    (1..=XOR_PERIOD).any(|period| {
        if core.len() < period + 16 || bytes.len() < core.len() {
            return false;
        }
        let shape: Vec<u8> = core
            .iter()
            .zip(core.iter().skip(period))
            .map(|(a, b)| a ^ b)
            .collect();
        let first = shape.first().copied().unwrap_or(0);
        let ahead = bytes.get(period..).unwrap_or(&[]);
        bytes.iter().zip(ahead).enumerate().any(|(at, (a, b))| {
            a ^ b == first
                && bytes
                    .iter()
                    .skip(at)
                    .zip(ahead.iter().skip(at))
                    .map(|(a, b)| a ^ b)
                    .take(shape.len())
                    .eq(shape.iter().copied())
        })
    })
}

fn decodings(bytes: &[u8]) -> Vec<(Vec<u8>, Disguise)> {
    let mut out = Vec::new();
    if let Some(inner) = codec::inflate_any(bytes) {
        out.push((inner, Disguise::Compressed));
    }
    if bytes.contains(&b'%') {
        let inner = codec::percent_decode(bytes);
        if inner != bytes {
            out.push((inner, Disguise::Url));
        }
    }
    for run in bytes
        .split(|byte| !is_encoded_letter(*byte))
        .filter(|run| run.len() >= RUN)
        .take(24)
    {
        if run.len() % 2 == 0 && run.iter().all(u8::is_ascii_hexdigit) {
            out.push((codec::hex_decode(run), Disguise::Hex));
        } else {
            out.push((codec::base64_decode(run), Disguise::Base64));
        }
    }
    // A token cut by dots, as in DNS labels, is one run once the dots are gone.
    if bytes.len() < 4096 && bytes.contains(&b'.') {
        let joined: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'.').collect();
        if joined.len() >= RUN && joined.iter().all(|byte| is_encoded_letter(*byte)) {
            out.push((joined, Disguise::Split));
        }
    }
    out
}

fn is_encoded_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    fn disguises(payload: &[u8]) -> Option<Vec<Disguise>> {
        Canaries::new(7, &["kestrel-ws41"])
            .find(payload)
            .into_iter()
            .find(|found| found.name == "npm token")
            .map(|found| found.disguises)
    }

    fn secret() -> String {
        format!("registry token={} end", Canaries::new(7, &[]).core("npm token"))
    }

    #[test]
    fn a_plain_mark_is_found_and_a_foreign_text_is_clean() {
        assert_eq!(disguises(secret().as_bytes()), Some(vec![Disguise::Plain]));
        assert_eq!(disguises(b"nothing of ours"), None);
        assert_eq!(disguises(&vec![0_u8; 4000]), None);
    }

    #[test]
    fn encodings_are_taken_off() {
        let base = base64::engine::general_purpose::STANDARD.encode(secret());
        assert_eq!(
            disguises(format!("d={base}").as_bytes()),
            Some(vec![Disguise::Base64])
        );
        let twice = base64::engine::general_purpose::STANDARD.encode(base);
        assert_eq!(
            disguises(twice.as_bytes()),
            Some(vec![Disguise::Base64, Disguise::Base64])
        );
        let hex: String = secret().bytes().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(disguises(hex.as_bytes()), Some(vec![Disguise::Hex]));
        let url: String = secret().bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(disguises(url.as_bytes()), Some(vec![Disguise::Url]));
        let back: String = secret().chars().rev().collect();
        assert_eq!(disguises(back.as_bytes()), Some(vec![Disguise::Reversed]));
    }

    #[test]
    fn xor_with_a_constant_or_a_short_key_is_seen() {
        let constant: Vec<u8> = secret().bytes().map(|byte| byte ^ 0x5a).collect();
        assert_eq!(disguises(&constant), Some(vec![Disguise::Xor]));
        let keyed: Vec<u8> = secret()
            .bytes()
            .zip(b"OrDeR_7077".iter().cycle())
            .map(|(a, b)| a ^ b)
            .collect();
        assert_eq!(disguises(&keyed), Some(vec![Disguise::Xor]));
    }

    #[test]
    fn pieces_add_up() {
        let mut canaries = Canaries::new(7, &[]);
        let core = canaries.core("npm token");
        let mut whole = Vec::new();
        for piece in core.as_bytes().chunks(10) {
            whole.extend(canaries.note_pieces(piece));
        }
        assert!(whole.iter().any(|found| found.name == "npm token"));
    }
}
