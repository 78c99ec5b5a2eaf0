//! Where words go: answers to stdout or a file, everything else to stderr.
use std::{fs, io::Write as _};

use cleanbill_report::{Colour, Detail, RenderOptions, escape};
use owo_colors::OwoColorize as _;
use tracing_subscriber::{
    Layer as _, filter::filter_fn, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::{
    cli::Common,
    failure::Failure,
    traces::{Spans, is_traced},
    world::World,
};

/// Columns assumed where the terminal does not tell.
const DEFAULT_COLUMNS: usize = 80;

/// How views are drawn under these flags.
#[must_use]
pub fn render_options(common: &Common, world: &World) -> RenderOptions {
    let to_terminal = world.stdout_is_terminal && common.output.is_none();
    let plain = common.no_color || world.variable("NO_COLOR").is_some() || !to_terminal;
    RenderOptions {
        colour: if plain { Colour::Never } else { Colour::Always },
        width: world
            .variable("COLUMNS")
            .and_then(|text| text.parse().ok())
            .unwrap_or(DEFAULT_COLUMNS),
        detail: match (common.quiet, common.verbose) {
            (true, _) => Detail::Quiet,
            (false, 0) => Detail::Normal,
            (false, _) => Detail::Verbose,
        },
    }
}

/// Writes an answer.
///
/// # Errors
/// When the file cannot be written. A reader that closed the pipe has heard enough; that is no error.
pub fn answer(text: &str, common: &Common) -> Result<(), Failure> {
    match &common.output {
        Some(path) => fs::write(path, text)
            .map_err(|error| Failure::usage(format!("cannot write `{}`", path.display())).because(&error)),
        None => {
            let mut stdout = std::io::stdout().lock();
            match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
                Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                    Err(Failure::usage("cannot write to stdout").because(&error))
                }
                _ => Ok(()),
            }
        }
    }
}

/// Tells why a command gave up.
pub fn complain(failure: &Failure, world: &World) {
    let colour = world.stderr_is_terminal && world.variable("NO_COLOR").is_none();
    let mut text = String::new();
    let clean = |line: &str| escape::terminal::line(line).to_string();
    let head = if colour {
        "error:".red().bold().to_string()
    } else {
        "error:".into()
    };
    text.push_str(&format!("{head} {}\n", clean(&failure.what)));
    for cause in &failure.causes {
        text.push_str(&format!("  because {}\n", clean(cause)));
    }
    if let Some(hint) = &failure.hint {
        let head = if colour {
            "hint:".cyan().bold().to_string()
        } else {
            "hint:".into()
        };
        text.push_str(&format!("{head} {}\n", clean(&hint.0)));
    }
    eprint!("{text}");
}

/// One line beside the answer, for people.
pub fn remark(text: &str, common: &Common) {
    if !common.quiet {
        eprintln!("{}", escape::terminal::line(text));
    }
}

/// Starts the log on stderr: silent unless asked for twice, or by `CLEANBILL_LOG`; and the traces, where they are
/// asked for.
pub fn start_log(verbose: u8, spans: Option<Spans>) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("CLEANBILL_LOG").unwrap_or_else(|_| {
        tracing_subscriber::EnvFilter::new(if verbose >= 2 {
            "cleanbill=debug,warn"
        } else {
            "off"
        })
    });
    // A second start in one process (tests) keeps the first.
    let told = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_filter(filter);
    let spans = spans.map(|spans| spans.with_filter(filter_fn(is_traced)));
    drop(tracing_subscriber::registry().with(told).with(spans).try_init());
}
