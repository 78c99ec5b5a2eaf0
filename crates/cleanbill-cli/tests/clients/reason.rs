//! The one line of a client's words by which a person learns why.
use super::common::Machine;

/// The line by which a person learns why, with what differs from run to run taken out.
pub fn reason(said: &str, machine: &Machine) -> String {
    let plain: String = said.replace(&machine.home().display().to_string(), "~");
    let line = plain
        .lines()
        .map(str::trim)
        .find(|line| line.contains("leanbill"))
        .or_else(|| {
            plain
                .lines()
                .map(str::trim)
                .find(|line| line.to_lowercase().contains("error") || line.contains("ERR"))
        })
        .unwrap_or("nothing");
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("127.0.0.1:") {
        out.push_str(&rest[..at]);
        out.push_str("GATE");
        rest = rest[at + 10..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out.push_str(rest);
    // Colours, and moments.
    let mut clean = String::new();
    let mut chars = out.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            while chars.next_if(|c| !c.is_ascii_alphabetic()).is_some() {}
            chars.next();
        } else {
            clean.push(c);
        }
    }
    match clean.find(" until 2") {
        Some(at) => {
            let end = clean[at + 7..]
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '.')))
                .map_or(clean.len(), |end| at + 7 + end);
            // The colon behind a moment belongs to the sentence.
            let end = if clean[..end].ends_with(':') { end - 1 } else { end };
            format!("{} until TIME{}", &clean[..at], &clean[end..])
        }
        None => clean,
    }
}
