//! Reading hostile JSON once, front to back, without a tree: members as they come, text borrowed.
//! It knows no format; what a member means is its caller's affair.
//!
//! Leaves are taken as raw text, so that a number no machine type holds or a broken surrogate is a
//! defect of one field and not the end of the file. Only where an object belongs do these two end it.
use std::{borrow::Cow, fmt};

use cleanbill_model::{Defect, Untrusted};
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::{
    ParseLockfileError,
    limits::{MAX_DEFECTS, MAX_DEPTH, MAX_EDGES, MAX_ENTRIES, MAX_FIELD_BYTES},
};

/// How many characters of hostile text a defect shows.
const SHOWN: usize = 120;
/// Bytes of one entry in real lockfiles, on the low side.
const LIKELY_ENTRY_BYTES: usize = 250;
/// Most entries that room is made for before they are there.
const MAX_LIKELY_ENTRIES: usize = 20_000;

/// What one reading has gathered besides values: flaws, counts, and the limit that ended it.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    text: &'a str,
    pub(crate) defects: Vec<Defect>,
    entries: usize,
    edges: usize,
    limit: Option<(&'static str, usize)>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            defects: Vec::new(),
            entries: 0,
            edges: 0,
            limit: None,
        }
    }

    /// A guess at how many entries the text has, so that lists need not grow; never a large one.
    pub(crate) fn likely_entries(&self) -> usize {
        (self.text.len() / LIKELY_ENTRY_BYTES).min(MAX_LIKELY_ENTRIES)
    }

    /// Reads the whole text as one object.
    pub(crate) fn whole<M>(&mut self, members: M) -> Result<(), ParseLockfileError>
    where
        M: FnOnce(
            &mut serde_json::Deserializer<serde_json::de::StrRead<'a>>,
            &mut Self,
        ) -> serde_json::Result<()>,
    {
        let mut deserializer = serde_json::Deserializer::from_str(self.text);
        let outcome = members(&mut deserializer, self).and_then(|()| deserializer.end());
        outcome.map_err(|error| self.error(&error))
    }

    /// Where a piece borrowed from the text begins in it.
    pub(crate) fn offset_of(&self, piece: &str) -> usize {
        (piece.as_ptr() as usize)
            .saturating_sub(self.text.as_ptr() as usize)
            .min(self.text.len())
    }

    /// Notes a flaw; beyond [`MAX_DEFECTS`] one last defect says that more were left out.
    pub(crate) fn defect(
        &mut self,
        code: &'static str,
        place: impl Into<Untrusted>,
        note: impl Into<Untrusted>,
    ) {
        if self.defects.len() < MAX_DEFECTS {
            self.defects.push(Defect::new(code, place, note));
        } else if self.defects.len() == MAX_DEFECTS {
            self.defects.push(Defect::new(
                "limit-defects",
                "the file",
                format!("more than {MAX_DEFECTS} flaws, the rest is left out"),
            ));
        }
    }

    /// Counts an entry, and ends the reading beyond the limit.
    pub(crate) fn count_entry<E: de::Error>(&mut self) -> Result<(), E> {
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            self.stop("MAX_ENTRIES", MAX_ENTRIES)
        } else {
            Ok(())
        }
    }

    /// Counts an edge, and ends the reading beyond the limit.
    pub(crate) fn count_edge<E: de::Error>(&mut self) -> Result<(), E> {
        self.edges += 1;
        if self.edges > MAX_EDGES {
            self.stop("MAX_EDGES", MAX_EDGES)
        } else {
            Ok(())
        }
    }

    /// Ends the reading at a limit.
    pub(crate) fn stop<E: de::Error>(&mut self, limit: &'static str, allowed: usize) -> Result<(), E> {
        self.limit = Some((limit, allowed));
        Err(E::custom("beyond a limit"))
    }

    /// A text field; anything else but `null` and `false` (which old npm writes for "none") is a defect.
    pub(crate) fn text(&mut self, raw: &'a RawValue, place: &Place<'_>) -> Option<Cow<'a, str>> {
        match raw.get().as_bytes().first() {
            Some(b'"') if raw.get().len() > MAX_FIELD_BYTES => {
                let note = format!("{} bytes, the limit is {MAX_FIELD_BYTES}", raw.get().len());
                self.defect("limit-field", place, note);
                None
            }
            Some(b'"') => Some(self.decode(raw, place)),
            _ if matches!(raw.get(), "null" | "false") => None,
            _ => {
                self.wrong_type(place, "a text", raw);
                None
            }
        }
    }

    /// A flag; anything else but `null` is a defect and counts as not set.
    pub(crate) fn flag(&mut self, raw: &'a RawValue, place: &Place<'_>) -> bool {
        match raw.get() {
            "true" => true,
            "false" | "null" => false,
            _ => {
                self.wrong_type(place, "true or false", raw);
                false
            }
        }
    }

    /// The text of a key or string. A lone surrogate has no UTF-8, so that text stays as written.
    pub(crate) fn decode(&mut self, raw: &'a RawValue, place: &Place<'_>) -> Cow<'a, str> {
        let inner = inner(raw);
        if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
            return Cow::Borrowed(inner);
        }
        match serde_json::from_str::<String>(raw.get()) {
            Ok(text) => Cow::Owned(text),
            Err(_) => {
                self.defect("bad-escape", place, Untrusted::clipped(inner, SHOWN));
                Cow::Borrowed(inner)
            }
        }
    }

    /// Says that a value is not of the kind wanted.
    pub(crate) fn wrong_type(&mut self, place: &Place<'_>, wanted: &str, raw: &RawValue) {
        let found = kind_of(raw);
        self.defect(
            "wrong-type",
            place,
            format!("{found} stands where {wanted} belongs"),
        );
    }

    fn error(&self, error: &serde_json::Error) -> ParseLockfileError {
        if let Some((limit, allowed)) = self.limit {
            return ParseLockfileError::Limit { limit, allowed };
        }
        let text = error.to_string();
        if text.starts_with("recursion limit exceeded") {
            return ParseLockfileError::Limit {
                limit: "MAX_DEPTH",
                allowed: MAX_DEPTH,
            };
        }
        let line = u32::try_from(error.line().max(1)).unwrap_or(u32::MAX);
        let reason = text
            .rsplit_once(" at line ")
            .map_or(text.as_str(), |(reason, _)| reason)
            .to_owned();
        let column = u32::try_from(error.column().max(1)).unwrap_or(u32::MAX);
        ParseLockfileError::Malformed { line, column, reason }
    }
}

/// Where a value stands, written out only when a defect needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'p> {
    pub(crate) map: &'p str,
    pub(crate) key: &'p str,
    pub(crate) field: &'p str,
}

impl<'p> Place<'p> {
    pub(crate) fn top(field: &'p str) -> Self {
        Self {
            map: "",
            key: "",
            field,
        }
    }
}

impl From<&Place<'_>> for Untrusted {
    fn from(place: &Place<'_>) -> Self {
        if place.map.is_empty() {
            return Self::clipped(place.field, SHOWN);
        }
        let key = Self::clipped(place.key, SHOWN);
        let field = Self::clipped(place.field, SHOWN);
        let dot = if place.field.is_empty() { "" } else { "." };
        Self::new(format!("{}[{:?}]{dot}{}", place.map, key.raw(), field.raw()))
    }
}

/// What reads the members of one object. Each call takes exactly one value from `map`.
pub(crate) trait Members<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &'de RawValue, map: &mut A) -> Result<(), A::Error>;
    /// The value is a list. Passes it over, unless a list is what is wanted.
    fn list<A: SeqAccess<'de>>(&mut self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.no_object("a list");
        Ok(())
    }
    /// The value is no object; it has been passed over.
    fn no_object(&mut self, found: &'static str);
}

/// Lets `members` read the value, whatever it is.
pub(crate) struct Object<'m, M>(pub(crate) &'m mut M);

impl<'de, M: Members<'de>> DeserializeSeed<'de> for Object<'_, M> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, M: Members<'de>> Visitor<'de> for Object<'_, M> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<&'de RawValue>()? {
            self.0.member(key, &mut map)?;
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        self.0.list(seq)
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.0.no_object("a text");
        Ok(())
    }
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.0.no_object("true or false");
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.no_object("null");
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.0.no_object("a number");
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.0.no_object("a number");
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.0.no_object("a number");
        Ok(())
    }
}

/// The first elements of a list as raw text, at most `limit`; the rest is passed over.
pub(crate) fn head<'de, A: SeqAccess<'de>>(mut seq: A, limit: usize) -> Result<Vec<&'de RawValue>, A::Error> {
    let mut head = Vec::with_capacity(4);
    while head.len() < limit {
        match seq.next_element::<&'de RawValue>()? {
            Some(element) => head.push(element),
            None => return Ok(head),
        }
    }
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(head)
}

fn inner(raw: &RawValue) -> &str {
    raw.get()
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(raw.get())
}

fn kind_of(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'"') => "a text",
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    }
}
