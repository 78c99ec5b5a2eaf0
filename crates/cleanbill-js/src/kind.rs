//! What a file is, by its first bytes and only then by its name.
//! It does not parse; a lie told by an extension is for `look` to judge.
use serde::{Deserialize, Serialize};

/// The type of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// JavaScript by name.
    JavaScript,
    /// TypeScript by name.
    TypeScript,
    /// A TypeScript declaration by name.
    Declaration,
    /// JSON by name.
    Json,
    /// A script of a shell or another interpreter.
    Script,
    /// ELF.
    Elf,
    /// PE.
    Pe,
    /// Mach-O, universal included.
    MachO,
    /// WebAssembly.
    Wasm,
    /// PNG, JPEG, GIF, WebP, ICO, BMP.
    Image,
    /// WOFF, TrueType, OpenType.
    Font,
    /// gzip, zip, tar, xz, bzip2, 7z, zstd, brotli by name.
    Archive,
    /// Audio or video.
    Media,
    /// A PDF.
    Document,
    /// Other text.
    Text,
    /// Other bytes.
    Binary,
    /// Nothing.
    Empty,
}

impl FileKind {
    /// True for a file that a system loads as a program: by its bytes, or by a name it is loaded under whatever its
    /// bytes say here.
    #[must_use]
    pub fn is_program(self, path: &str) -> bool {
        self.is_native()
            || [".exe", ".dll", ".scr", ".so", ".dylib"]
                .iter()
                .any(|ending| path.to_ascii_lowercase().ends_with(ending))
    }

    /// The type of `bytes` under the name `path`.
    #[must_use]
    pub fn of(path: &str, bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        if let Some(kind) = by_magic(bytes) {
            return kind;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = name.rsplit_once('.').map_or("", |(_, e)| e);
        match ending {
            "js" | "cjs" | "mjs" | "jsx" => return Self::JavaScript,
            "ts" | "mts" | "cts" | "tsx" => {
                let stem = name.strip_suffix(ending).unwrap_or(name);
                return if stem.ends_with(".d.") {
                    Self::Declaration
                } else {
                    Self::TypeScript
                };
            }
            "json" => return Self::Json,
            "sh" | "bash" | "bat" | "cmd" | "ps1" | "py" | "rb" | "pl" | "vbs" => return Self::Script,
            _ => {}
        }
        if bytes.starts_with(b"#!") {
            let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
            let node =
                memchr::memmem::find(line, b"node").is_some() || memchr::memmem::find(line, b"bun").is_some();
            return if node { Self::JavaScript } else { Self::Script };
        }
        let head = bytes.get(..bytes.len().min(4096)).unwrap_or(bytes);
        let odd = head
            .iter()
            .filter(|b| matches!(b, 0..=8 | 14..=26 | 28..=31))
            .count();
        if odd * 50 > head.len() {
            Self::Binary
        } else {
            Self::Text
        }
    }

    /// Runs on a processor by itself.
    #[must_use]
    pub fn is_native(self) -> bool {
        matches!(self, Self::Elf | Self::Pe | Self::MachO)
    }

    /// Read by the parser.
    #[must_use]
    pub fn is_code(self) -> bool {
        matches!(self, Self::JavaScript | Self::TypeScript)
    }

    /// Bytes nobody reads in a review.
    #[must_use]
    pub fn is_opaque(self) -> bool {
        self.is_native() || matches!(self, Self::Wasm | Self::Archive | Self::Binary)
    }
}

fn by_magic(bytes: &[u8]) -> Option<FileKind> {
    let at = |offset: usize, magic: &[u8]| bytes.get(offset..offset + magic.len()) == Some(magic);
    let kind = match bytes {
        _ if at(0, b"\x7fELF") => FileKind::Elf,
        _ if at(0, b"MZ") && bytes.len() > 64 && bytes.iter().take(64).any(|b| *b < 9) => FileKind::Pe,
        _ if at(0, &[0xcf, 0xfa, 0xed, 0xfe])
            || at(0, &[0xce, 0xfa, 0xed, 0xfe])
            || at(0, &[0xfe, 0xed, 0xfa, 0xcf]) =>
        {
            FileKind::MachO
        }
        // Universal binaries and class files share a magic; the count after it tells them apart.
        _ if at(0, &[0xca, 0xfe, 0xba, 0xbe]) && bytes.get(7).is_some_and(|n| *n < 20) => FileKind::MachO,
        _ if at(0, b"\0asm") => FileKind::Wasm,
        _ if at(0, b"\x89PNG") || at(0, &[0xff, 0xd8, 0xff]) || at(0, b"GIF8") || at(0, &[0, 0, 1, 0]) => {
            FileKind::Image
        }
        _ if at(0, b"BM") && at(6, &[0, 0, 0, 0]) => FileKind::Image,
        _ if at(0, b"RIFF") && at(8, b"WEBP") => FileKind::Image,
        _ if at(0, b"wOFF") || at(0, b"wOF2") || at(0, b"OTTO") || at(0, &[0, 1, 0, 0, 0]) => FileKind::Font,
        _ if at(0, &[0x1f, 0x8b]) || at(0, b"PK\x03\x04") || at(0, b"BZh") || at(0, b"\xfd7zXZ") => {
            FileKind::Archive
        }
        _ if at(0, b"7z\xbc\xaf") || at(0, &[0x28, 0xb5, 0x2f, 0xfd]) || at(257, b"ustar") => {
            FileKind::Archive
        }
        _ if at(0, b"RIFF") || at(0, b"OggS") || at(0, b"ID3") || at(4, b"ftyp") || at(0, b"fLaC") => {
            FileKind::Media
        }
        _ if at(0, b"%PDF") => FileKind::Document,
        _ => return None,
    };
    Some(kind)
}
