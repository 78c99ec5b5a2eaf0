//! Reading the nested view of package-lock, `dependencies`, level by level.
//! It checks shapes and draws no conclusions.
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use super::wire::{Entry, Seen, key_of};
use crate::{
    EdgeKind, asks,
    json::{Members, Object, Place, Reading},
    limits::MAX_DEPTH,
};

/// Reads one level of the nested tree.
pub(super) struct Nested<'r, 'a> {
    pub(super) reading: &'r mut Reading<'a>,
    pub(super) entries: &'r mut Vec<Entry<'a>>,
    pub(super) parent: Option<usize>,
    pub(super) depth: usize,
    pub(super) is_object: bool,
}

impl<'a> Members<'a> for Nested<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        self.reading.count_entry()?;
        // Each level is two objects deep for the JSON reader.
        if self.depth >= MAX_DEPTH / 2 {
            return self.reading.stop("MAX_DEPTH", MAX_DEPTH);
        }
        let Some((key, offset)) = key_of(self.reading, key, "dependencies") else {
            map.next_value::<IgnoredAny>()?;
            return Ok(());
        };
        let index = self.entries.len();
        self.entries.push(Entry {
            key,
            offset,
            parent: self.parent,
            ..Entry::default()
        });
        let mut fields = NestedFields {
            reading: &mut *self.reading,
            entries: &mut *self.entries,
            index,
            depth: self.depth,
            seen: Seen::default(),
            is_object: true,
        };
        map.next_value_seed(Object(&mut fields))?;
        if !fields.is_object {
            self.entries.truncate(index);
        }
        Ok(())
    }
    fn no_object(&mut self, found: &'static str) {
        self.is_object = false;
        self.reading.defect(
            "wrong-type",
            "dependencies",
            format!("{found} stands where an object belongs"),
        );
    }
}

/// Reads the fields of one entry of the nested tree.
struct NestedFields<'r, 'a> {
    reading: &'r mut Reading<'a>,
    entries: &'r mut Vec<Entry<'a>>,
    index: usize,
    depth: usize,
    seen: Seen,
    is_object: bool,
}

impl<'a> Members<'a> for NestedFields<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        let Self {
            reading,
            entries,
            index,
            depth,
            seen,
            ..
        } = self;
        let Some(entry) = entries.get_mut(*index) else {
            return Ok(());
        };
        let name = entry.key.clone();
        let place = |field| Place {
            map: "dependencies",
            key: &name,
            field,
        };
        let field = reading.decode(key, &place("a key"));
        let at = place(&field);
        if seen.again(&field) {
            reading.defect("duplicate-key", &at, "the key stands twice, the last one counts");
        }
        match field.as_ref() {
            "version" => entry.version = reading.text(map.next_value()?, &at),
            "resolved" => entry.resolved = reading.text(map.next_value()?, &at),
            "integrity" => entry.integrity = reading.text(map.next_value()?, &at),
            "dev" => entry.flags.dev = reading.flag(map.next_value()?, &at),
            "optional" => entry.flags.optional = reading.flag(map.next_value()?, &at),
            "devOptional" => entry.flags.dev_optional = reading.flag(map.next_value()?, &at),
            "peer" => entry.flags.peer = reading.flag(map.next_value()?, &at),
            "bundled" => entry.flags.bundled = reading.flag(map.next_value()?, &at),
            "requires" => asks::read(
                reading,
                &entry.key,
                &mut entry.asks,
                EdgeKind::Runtime,
                &field,
                map,
            )?,
            "dependencies" => {
                // Where the key stands twice, the children of the first one stand behind their parent, and
                // nothing else does yet.
                entries.truncate(*index + 1);
                let (parent, depth) = (Some(*index), *depth + 1);
                let mut nested = Nested {
                    reading,
                    entries,
                    parent,
                    depth,
                    is_object: true,
                };
                map.next_value_seed(Object(&mut nested))?;
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
    fn no_object(&mut self, found: &'static str) {
        self.is_object = false;
        let name = self
            .entries
            .get(self.index)
            .map(|entry| entry.key.clone())
            .unwrap_or_default();
        let place = Place {
            map: "dependencies",
            key: &name,
            field: "",
        };
        self.reading.defect(
            "wrong-type",
            &place,
            format!("{found} stands where an object belongs"),
        );
    }
}
