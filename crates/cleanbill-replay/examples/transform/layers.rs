//! Disguises of a whole script: it becomes data, in the script or beside it, and a line that turns the data back.
//! The data is the script as it stands; only who reads it changes.
use std::fmt::Write as _;

use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cleanbill_replay::tarball::gzip;

use crate::{
    code::{Pieces, quoted, read},
    dice::Dice,
    words::hashbang,
};

/// A script whose body is data, and the file beside it where the data is not in it.
pub struct Layered {
    /// The script.
    pub script: String,
    /// Path below the release, and content.
    pub beside: Option<(String, Vec<u8>)>,
}

/// How a script becomes data.
#[derive(Clone, Copy, Debug)]
pub enum Layer {
    /// Base64, evaluated.
    Base64,
    /// Gzip and base64, through the constructor of functions.
    Gzip,
    /// AES with the key beside it, compiled as a module.
    Aes,
    /// A string, through the constructor of a function that is at hand.
    Constructor,
    /// Variation selectors after a letter.
    Invisible,
    /// A string behind two million letters on the same line.
    LongLine,
    /// A field of a JSON file.
    Json,
    /// After the end of a picture.
    Picture,
    /// In a font.
    Font,
    /// A comment of a declaration file.
    Declarations,
    /// A file of test data.
    Fixture,
    /// The memory of a WebAssembly module.
    Wasm,
}

const PARAMETERS: &str = "\"exports\", \"require\", \"module\", \"__filename\", \"__dirname\"";
const VALUES: &str = "exports, require, module, __filename, __dirname";
/// Bytes of a block of AES, the most that padding adds.
const BLOCK: usize = 16;
/// Letters in front of the code on the long line.
const LONG_LINE: usize = 2_000_000;

/// Turns the script at `path` (below its release) into data.
pub fn layered(source: &str, path: &str, layer: Layer, dice: &mut Dice) -> Option<Layered> {
    let pieces = read(source)?;
    if pieces.is_module {
        return None;
    }
    let (first, body) = hashbang(source);
    let body = body.to_owned();
    let evaluated = evaluable(&body, &pieces);
    let up = "../".repeat(path.matches('/').count());
    let near = |file: &str| {
        format!(
            "require(\"path\").join(__dirname, {})",
            quoted(&format!("{up}{file}"))
        )
    };
    let read_file = |file: &str| format!("require(\"fs\").readFileSync({})", near(file));
    let tag = dice.name(5);
    let mut beside = None;
    let loader = match layer {
        Layer::Base64 => format!(
            "eval(Buffer.from(\"{}\", \"base64\").toString());\n",
            STANDARD.encode(&evaluated)
        ),
        Layer::Gzip => format!(
            "const {tag} = require(\"zlib\").gunzipSync(Buffer.from(\"{}\", \"base64\")).toString();\nnew Function({PARAMETERS}, {tag}).call(module.exports, {VALUES});\n",
            STANDARD.encode(gzip(body.as_bytes()).ok()?)
        ),
        Layer::Aes => {
            let (key, iv) = (dice.bytes(32), dice.bytes(16));
            let cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(&key, &iv).ok()?;
            let mut room = body.clone().into_bytes();
            room.extend([0; BLOCK]);
            let sealed = cipher.encrypt_padded::<Pkcs7>(&mut room, body.len()).ok()?;
            format!(
                "const {tag} = require(\"crypto\").createDecipheriv(\"aes-256-cbc\", Buffer.from(\"{}\", \"hex\"), Buffer.from(\"{}\", \"hex\"));\nmodule._compile({tag}.update(\"{}\", \"base64\", \"utf8\") + {tag}.final(\"utf8\"), __filename);\n",
                hex(&key),
                hex(&iv),
                STANDARD.encode(sealed)
            )
        }
        Layer::Constructor => format!(
            "(function () {{}})[\"const\" + \"ructor\"]({PARAMETERS}, {}).call(module.exports, {VALUES});\n",
            quoted(&body)
        ),
        Layer::Invisible => format!(
            "const {tag} = (text) => [...text].map((letter) => letter.codePointAt(0)).filter((code) => code >= 0xfe00).map((code) => code < 0xfe10 ? code - 0xfe00 : code - 0xe0100 + 16);\neval(Buffer.from({tag}(\"|{}\")).toString());\n",
            selectors(evaluated.as_bytes())
        ),
        Layer::LongLine => format!(
            "const {tag} = \"{}\"; new Function({PARAMETERS}, {}).call(module.exports, {VALUES});\n",
            filler(dice, LONG_LINE),
            quoted(&body)
        ),
        Layer::Json => {
            let file = format!("{tag}.json");
            let data = format!(
                "{{\n  \"version\": 3,\n  \"mappings\": {}\n}}\n",
                quoted(&STANDARD.encode(&evaluated))
            );
            let loader = format!(
                "eval(Buffer.from(JSON.parse({}).mappings, \"base64\").toString());\n",
                read_file(&file)
            );
            beside = Some((file, data.into_bytes()));
            loader
        }
        Layer::Picture => {
            let file = format!("assets/{tag}.png");
            let mut data = picture();
            let at = data.len();
            data.extend(xor(body.as_bytes(), 0x5a));
            let loader = format!(
                "const {tag} = {}.subarray({at}).map((byte) => byte ^ 0x5a);\nmodule._compile(Buffer.from({tag}).toString(), __filename);\n",
                read_file(&file)
            );
            beside = Some((file, data));
            loader
        }
        Layer::Font => {
            let file = format!("fonts/{tag}.woff2");
            let mut data = b"wOF2\x00\x01\x00\x00".to_vec();
            data.extend(dice.bytes(120));
            let packed = gzip(body.as_bytes()).ok()?;
            let loader = format!(
                "const {tag} = require(\"zlib\").gunzipSync({}.subarray(128));\nnew Function({PARAMETERS}, {tag}.toString(\"utf8\")).call(module.exports, {VALUES});\n",
                read_file(&file)
            );
            data.extend(packed);
            beside = Some((file, data));
            loader
        }
        Layer::Declarations => {
            let file = format!("{tag}.d.ts");
            let data = format!(
                "export interface Options {{\n  strict?: boolean;\n}}\n/** @table {} */\nexport declare const table: string;\n",
                STANDARD.encode(&evaluated)
            );
            let loader = format!(
                "eval(Buffer.from({}.toString().match(/@table (\\S+)/)[1], \"base64\").toString());\n",
                read_file(&file)
            );
            beside = Some((file, data.into_bytes()));
            loader
        }
        Layer::Fixture => {
            let file = format!("test/fixtures/{tag}.txt");
            let wrapped: Vec<String> = STANDARD
                .encode(&evaluated)
                .as_bytes()
                .chunks(76)
                .map(|line| String::from_utf8_lossy(line).into_owned())
                .collect();
            let loader = format!(
                "eval(Buffer.from({}.toString().split(\"\\n\").join(\"\"), \"base64\").toString());\n",
                read_file(&file)
            );
            beside = Some((file, (wrapped.join("\n") + "\n").into_bytes()));
            loader
        }
        Layer::Wasm => {
            let file = format!("{tag}.wasm");
            let loader = format!(
                "const {tag} = new WebAssembly.Instance(new WebAssembly.Module({})).exports;\nnew Function({PARAMETERS}, Buffer.from({tag}.memory.buffer, 0, {}).toString()).call(module.exports, {VALUES});\n",
                read_file(&file),
                body.len()
            );
            beside = Some((file, wasm(body.as_bytes())));
            loader
        }
    };
    Some(Layered {
        script: format!("{first}{loader}"),
        beside,
    })
}

/// What `eval` takes for what a module takes: a body that returns at its top goes into a function.
fn evaluable(body: &str, pieces: &Pieces) -> String {
    if pieces.returns_at_top {
        format!("(function () {{\n{body}\n}}).call(module.exports);\n")
    } else {
        body.to_owned()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn xor(bytes: &[u8], key: u8) -> impl Iterator<Item = u8> {
    bytes.iter().map(move |byte| byte ^ key)
}

fn selectors(bytes: &[u8]) -> String {
    let code = |byte: u8| {
        let byte = u32::from(byte);
        if byte < 16 {
            0xfe00 + byte
        } else {
            0xe0100 + byte - 16
        }
    };
    bytes
        .iter()
        .filter_map(|byte| char::from_u32(code(*byte)))
        .collect()
}

fn filler(dice: &mut Dice, letters: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz  ,";
    let mut text = String::with_capacity(letters);
    while text.len() < letters {
        for byte in dice.next().to_le_bytes() {
            text.push(char::from(
                LETTERS
                    .get(usize::from(byte) % LETTERS.len())
                    .copied()
                    .unwrap_or(b' '),
            ));
        }
    }
    text
}

/// The smallest whole picture: one transparent point.
fn picture() -> Vec<u8> {
    vec![
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0,
        0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda,
        0x63, 0x64, 0x60, 0xf8, 0x5f, 0x0f, 0, 2, 0x87, 1, 0x80, 0xeb, 0x47, 0xba, 0x92, 0, 0, 0, 0, 0x49,
        0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
    ]
}

/// A WebAssembly module whose exported memory begins with these bytes.
fn wasm(bytes: &[u8]) -> Vec<u8> {
    let pages = bytes.len() / 65_536 + 1;
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    let mut section = |id: u8, body: Vec<u8>| {
        module.push(id);
        module.extend(unsigned(body.len()));
        module.extend(body);
    };
    let mut memory = vec![1, 0];
    memory.extend(unsigned(pages));
    section(5, memory);
    let mut exports = vec![1, 6];
    exports.extend(b"memory");
    exports.extend([2, 0]);
    section(7, exports);
    let mut data = vec![1, 0, 0x41, 0, 0x0b];
    data.extend(unsigned(bytes.len()));
    data.extend(bytes);
    section(11, data);
    module
}

/// A number as WebAssembly writes it (LEB128).
fn unsigned(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
