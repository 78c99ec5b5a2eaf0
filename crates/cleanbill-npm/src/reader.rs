//! Reads one field at a time out of raw JSON and keeps what is wrong with each as a defect.
//! It knows types and places, and no field's meaning.
use std::{borrow::Cow, collections::HashMap, fmt};

use cleanbill_model::{Defect, Known, Missing, Untrusted};
use serde_json::value::RawValue;

use crate::{
    flaws::Flaws,
    json::{self, Kind},
    limits::{MAX_ENTRIES, MAX_QUOTED_CHARS},
};

/// Where in a document: a chain that becomes text only when a defect needs it.
#[derive(Clone, Copy)]
pub(crate) enum Place<'p> {
    Root,
    /// A field this crate knows by name.
    Field(&'p Place<'p>, &'p str),
    /// A key the document chose.
    Key(&'p Place<'p>, &'p str),
    Index(&'p Place<'p>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(Place::Root, name) => f.write_str(name),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
            Self::Key(parent, key) => write!(
                f,
                "{parent}[{:?}]",
                Untrusted::clipped(key, MAX_QUOTED_CHARS).raw()
            ),
            Self::Index(parent, at) => write!(f, "{parent}[{at}]"),
        }
    }
}

/// Text of a document, borrowed where it has no escapes.
pub type Str<'a> = Cow<'a, str>;

/// The defects of one document and what may still be kept of it.
pub(crate) struct Reader {
    flaws: Flaws,
    entries_left: usize,
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self {
            flaws: Flaws::default(),
            entries_left: MAX_ENTRIES,
        }
    }

    pub(crate) fn finish(self) -> Vec<Defect> {
        self.flaws.finish()
    }

    pub(crate) fn defect(&mut self, code: &'static str, place: &Place<'_>, note: impl Into<Untrusted>) {
        self.flaws.push(code, || place.to_string(), note);
    }

    pub(crate) fn wrong_type(&mut self, place: &Place<'_>, found: Kind, wanted: &str) {
        self.defect(
            "wrong-type",
            place,
            format!("{} stands where {wanted} is wanted", found.words()),
        );
    }

    /// One entry of a map or list may be kept.
    fn admit(&mut self) -> bool {
        let admitted = self.entries_left > 0;
        self.entries_left = self.entries_left.saturating_sub(1);
        admitted
    }

    fn over_entries(&mut self, place: &Place<'_>) -> Missing {
        self.defect(
            "limit-entries",
            place,
            format!("the document has more than {MAX_ENTRIES} entries in its maps and lists"),
        );
        Missing::Limit
    }

    /// A string, decoded.
    pub(crate) fn decode<'a>(&mut self, raw: &'a RawValue, place: &Place<'_>) -> Option<Str<'a>> {
        json::text(raw).map(|found| self.whole(found, place))
    }

    /// A decoded key or string; half a character in it is a defect.
    fn whole<'a>(&mut self, found: json::Text<'a>, place: &Place<'_>) -> Str<'a> {
        if found.replaced {
            self.defect(
                "lone-surrogate",
                place,
                "the text holds half a character, which stands here as U+FFFD",
            );
        }
        found.text
    }

    /// The named members of an object, the last where one is repeated; the rest is passed over.
    /// Missing when the value is absent, null or no object.
    pub(crate) fn pick<'a, const N: usize>(
        &mut self,
        raw: Option<&'a RawValue>,
        names: [&str; N],
        place: &Place<'_>,
    ) -> Known<[Option<&'a RawValue>; N]> {
        let Some(raw) = present(raw) else {
            return Known::Missing(Missing::NotSent);
        };
        let mut found = [None; N];
        let is_object = json::pick(raw, &names, |at, value| {
            if found
                .get_mut(at)
                .is_some_and(|slot| slot.replace(value).is_some())
            {
                self.duplicate(&Place::Field(place, names.get(at).copied().unwrap_or_default()));
            }
        });
        if is_object {
            return Known::Known(found);
        }
        self.wrong_type(place, json::kind(raw), "an object");
        Known::Missing(Missing::Malformed)
    }

    pub(crate) fn duplicate(&mut self, place: &Place<'_>) {
        self.defect(
            "duplicate-key",
            place,
            "the key stands here more than once; the last one counts",
        );
    }

    pub(crate) fn text<'a>(&mut self, raw: Option<&'a RawValue>, place: &Place<'_>) -> Known<Str<'a>> {
        let Some(raw) = present(raw) else {
            return Known::Missing(Missing::NotSent);
        };
        if let Some(text) = self.decode(raw, place) {
            return Known::Known(text);
        }
        self.wrong_type(place, json::kind(raw), "text");
        Known::Missing(Missing::Malformed)
    }

    pub(crate) fn flag(&mut self, raw: Option<&RawValue>, place: &Place<'_>) -> Known<bool> {
        let Some(raw) = present(raw) else {
            return Known::Missing(Missing::NotSent);
        };
        match raw.get() {
            "true" => Known::Known(true),
            "false" => Known::Known(false),
            _ => {
                self.wrong_type(place, json::kind(raw), "true or false");
                Known::Missing(Missing::Malformed)
            }
        }
    }

    /// A whole number from zero up.
    pub(crate) fn count(&mut self, raw: Option<&RawValue>, place: &Place<'_>) -> Known<u64> {
        let Some(raw) = present(raw) else {
            return Known::Missing(Missing::NotSent);
        };
        if json::kind(raw) != Kind::Number {
            self.wrong_type(place, json::kind(raw), "a number");
            return Known::Missing(Missing::Malformed);
        }
        if let Some(count) = whole_number(raw.get()) {
            return Known::Known(count);
        }
        let quoted = Untrusted::clipped(raw.get(), MAX_QUOTED_CHARS);
        self.defect(
            "number-out-of-range",
            place,
            format!("{} is no whole number in range", quoted.raw()),
        );
        Known::Missing(Missing::Malformed)
    }

    /// A map of text to text; entries of another type are kept as malformed.
    pub(crate) fn pairs<'a>(
        &mut self,
        raw: Option<&'a RawValue>,
        place: &Place<'_>,
    ) -> Known<Vec<(Str<'a>, Known<Str<'a>>)>> {
        self.map(raw, place, |reader, value, place| reader.text(Some(value), place))
    }

    /// A map with values read by `each`, in order of first appearance; a repeated key keeps its last value.
    pub(crate) fn map<'a, T>(
        &mut self,
        raw: Option<&'a RawValue>,
        place: &Place<'_>,
        mut each: impl FnMut(&mut Self, &'a RawValue, &Place<'_>) -> T,
    ) -> Known<Vec<(Str<'a>, T)>> {
        let Some(raw) = present(raw) else {
            return Known::Missing(Missing::NotSent);
        };
        let (mut raws, mut over) = (Vec::new(), false);
        let is_object = json::members(raw, |key, value| match self.admit() {
            true => raws.push((key, value)),
            false => over = true,
        });
        if !is_object {
            self.wrong_type(place, json::kind(raw), "an object");
            return Known::Missing(Missing::Malformed);
        }
        if over {
            return Known::Missing(self.over_entries(place));
        }
        let unique = self.last_of_each(raws, place);
        Known::Known(
            unique
                .into_iter()
                .map(|(key, value)| {
                    let read = each(self, value, &Place::Key(place, &key));
                    (key, read)
                })
                .collect(),
        )
    }

    /// Keeps the last value of each, in order of first appearance.
    pub(crate) fn last_of_each<'a>(
        &mut self,
        raws: Vec<(json::Text<'a>, &'a RawValue)>,
        place: &Place<'_>,
    ) -> Vec<(Str<'a>, &'a RawValue)> {
        let mut unique: Vec<(Str<'a>, &'a RawValue)> = Vec::with_capacity(raws.len());
        // A map pays only where a linear search would not.
        let mut index: Option<HashMap<Str<'a>, usize>> =
            (raws.len() > 16).then(|| HashMap::with_capacity(raws.len()));
        for (key, value) in raws {
            let key = self.whole(key, place);
            let known = match &index {
                Some(index) => index.get(&key).copied(),
                None => unique.iter().position(|(other, _)| *other == key),
            };
            if let Some((name, slot)) = known.and_then(|at| unique.get_mut(at)) {
                *slot = value;
                let name = name.clone();
                self.duplicate(&Place::Key(place, &name));
                continue;
            }
            if let Some(index) = &mut index {
                index.insert(key.clone(), unique.len());
            }
            unique.push((key, value));
        }
        unique
    }

    /// A list with elements read by `each`.
    pub(crate) fn list<'a, T>(
        &mut self,
        raw: Option<&'a RawValue>,
        place: &Place<'_>,
        mut each: impl FnMut(&mut Self, &'a RawValue, &Place<'_>) -> T,
    ) -> Known<Vec<T>> {
        let Some(raw) = present(raw) else {
            return Known::Missing(Missing::NotSent);
        };
        let (mut found, mut over, mut at) = (Vec::new(), false, 0_usize);
        let is_list = json::items(raw, |item| {
            match self.admit() {
                true => found.push(each(self, item, &Place::Index(place, at))),
                false => over = true,
            }
            at += 1;
        });
        if !is_list {
            self.wrong_type(place, json::kind(raw), "a list");
            return Known::Missing(Missing::Malformed);
        }
        if over {
            return Known::Missing(self.over_entries(place));
        }
        Known::Known(found)
    }
}

/// The value, where there is one; `null` counts as none, as npm has it.
pub(crate) fn present(raw: Option<&RawValue>) -> Option<&RawValue> {
    raw.filter(|raw| json::kind(raw) != Kind::Null)
}

fn whole_number(text: &str) -> Option<u64> {
    if let Ok(count) = text.parse::<u64>() {
        return Some(count);
    }
    // JavaScript writes large or computed counts as floats: 1e6, 12.0.
    let float = text.parse::<f64>().ok()?;
    let exact = float >= 0.0 && float.fract() == 0.0 && float <= 9_007_199_254_740_991.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole and within 2^53"
    )]
    exact.then_some(float as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_as_javascript_writes_them() {
        assert_eq!(whole_number("12"), Some(12));
        assert_eq!(whole_number("1.2e3"), Some(1200));
        for text in ["-1", "1.5", "1e999", "1e300", "-0.5"] {
            assert_eq!(whole_number(text), None, "{text}");
        }
    }

    #[test]
    fn places_read_like_paths() {
        let versions = Place::Field(&Place::Root, "versions");
        let one = Place::Key(&versions, "1.0.0");
        assert_eq!(Place::Field(&one, "dist").to_string(), "versions[\"1.0.0\"].dist");
    }
}
