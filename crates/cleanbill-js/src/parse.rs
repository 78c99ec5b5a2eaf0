//! From text to our tree: the parser with retries and a guard against nesting.
//! What no grammar accepts is left to the lexical look; nothing is judged here.
use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_span::SourceType;

use crate::ir::Unit;

/// Stack the caller must give the thread that analyses: nesting of the parser and of the machine is
/// bounded so that this much is enough in every build.
pub const REQUIRED_STACK_BYTES: usize = 256 << 20;

/// Deepest brackets parsed; the parser needs some four kilobytes of stack a level.
const MOST_NESTING: usize = 12_000;

/// Why a text could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Nesting,
    Syntax,
}

impl Refused {
    pub fn words(self) -> &'static str {
        match self {
            Self::Nesting => "brackets nested deeper than the limit",
            Self::Syntax => "not accepted by the grammar of JavaScript or TypeScript",
        }
    }
}

/// Parses and lowers a text; the arena is kept from file to file, its pages are costly to get anew.
pub(crate) fn parse(
    arena: &mut Allocator,
    text: &str,
    path: &str,
    src: u32,
    next_func: &mut u32,
) -> Result<Unit, Refused> {
    if nesting(text.as_bytes()) > MOST_NESTING {
        return Err(Refused::Nesting);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let typescript = [".ts", ".mts", ".cts", ".tsx"].iter().any(|e| path.ends_with(e));
    let first = if path.ends_with(".tsx") {
        SourceType::tsx()
    } else if typescript {
        SourceType::ts()
    } else {
        SourceType::unambiguous().with_jsx(true)
    };
    let tries = [
        first,
        SourceType::ts(),
        SourceType::tsx(),
        SourceType::script(),
        SourceType::mjs(),
    ];
    for source_type in tries {
        arena.reset();
        let out = attempt(arena, text, source_type);
        if !out.panicked && (!out.program.body.is_empty() || out.diagnostics.is_empty()) {
            return Ok(crate::lower::lower(&out.program, src, next_func));
        }
    }
    Err(Refused::Syntax)
}

fn attempt<'a>(allocator: &'a Allocator, text: &'a str, source_type: SourceType) -> ParserReturn<'a> {
    let options = ParseOptions {
        allow_return_outside_function: true,
        preserve_parens: false,
        enable_ident_hashes: false,
        ..ParseOptions::default()
    };
    Parser::new(allocator, text, source_type)
        .with_options(options)
        .parse()
}

/// Deepest nesting of brackets, counted without a grammar: brackets in strings count too.
fn nesting(bytes: &[u8]) -> usize {
    let (mut depth, mut most) = (0usize, 0usize);
    for byte in bytes {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                most = most.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}
