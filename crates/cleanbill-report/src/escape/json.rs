//! For JSON that people also look at: deceiving characters are written as `\uXXXX`, so a terminal that
//! prints the file is safe and a program that reads it gets the very same text.
use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter, Serializer};

/// Writes a value as indented JSON with a line break at the end.
///
/// # Errors
/// When the value's own serialisation fails.
pub fn pretty(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::with_capacity(4096);
    let mut serializer = Serializer::with_formatter(&mut bytes, Visible(PrettyFormatter::new()));
    value.serialize(&mut serializer)?;
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

struct Visible<'a>(PrettyFormatter<'a>);

/// Passes the layout through to the pretty formatter.
macro_rules! layout {
    ($($name:ident($($arg:ident: $kind:ty),*);)+) => {$(
        fn $name<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $arg: $kind)*) -> io::Result<()> {
            self.0.$name(writer $(, $arg)*)
        }
    )+};
}

impl Formatter for Visible<'_> {
    layout! {
        begin_array(); end_array(); begin_array_value(first: bool); end_array_value();
        begin_object(); end_object(); begin_object_key(first: bool); begin_object_value(); end_object_value();
        write_char_escape(escape: CharEscape);
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut plain = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| super::deceives(*c)) {
            writer.write_all(fragment.get(plain..at).unwrap_or_default().as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = at + c.len_utf8();
        }
        writer.write_all(fragment.get(plain..).unwrap_or_default().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::escape::{deceives, hostile};

    proptest! {
        #[test]
        fn what_is_read_back_is_what_was_there_and_nothing_deceives_on_the_way(text in hostile::text()) {
            let written = pretty(&[&text]).unwrap();
            prop_assert!(!written.chars().any(|c| c != '\n' && deceives(c)), "{written}");
            let read: Vec<String> = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(read, vec![text]);
        }
    }
}
