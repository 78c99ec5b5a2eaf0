//! Letters: who else gets a copy. It sees fields of a letter as they are filled in, whatever they are spelt with.
//! Which client of mail sends the letter, and whether it is ever sent, it does not know.
use crate::entry::Trigger;
use crate::machine::value::Val;
use crate::machine::{Act, Machine};

/// A field of an object is filled in: a blind copy to an address that stands in the code is noted.
pub(crate) fn field(m: &mut Machine<'_>, a: &Act, name: &str, value: &Val, at: u32) {
    if name.len() != 3 || !name.eq_ignore_ascii_case("bcc") || m.trigger > Trigger::Bin {
        return;
    }
    let Some(text) = value.known_str() else { return };
    let quoted = format!("'{}'", text.as_str());
    if crate::look::texts::fixed_address(&quoted).is_some() {
        let place = m.place(a, at);
        m.notes.copied(place, text.as_str());
    }
}
