//! The maps of a JSON lockfile in which an entry asks for others: `"name": "range"`, as both npm and Bun
//! write them. It knows nothing of what answers.
use std::{borrow::Cow, collections::HashSet};

use serde::de::MapAccess;
use serde_json::value::RawValue;

use crate::{
    EdgeKind,
    json::{Members, Object, Place, Reading},
};

/// One request of an entry.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) range: Cow<'a, str>,
    pub(crate) kind: EdgeKind,
}

/// Reads one map of requests into an entry, in place of what that map gave before.
pub(crate) fn read<'a, A: MapAccess<'a>>(
    reading: &mut Reading<'a>,
    key: &str,
    into: &mut Vec<Ask<'a>>,
    kind: EdgeKind,
    field: &str,
    map: &mut A,
) -> Result<(), A::Error> {
    into.retain(|ask| ask.kind != kind);
    let from = into.len();
    map.next_value_seed(Object(&mut Asks {
        reading: &mut *reading,
        key,
        field,
        kind,
        into: &mut *into,
    }))?;
    keep_last(
        reading,
        into,
        from,
        &Place {
            map: "packages",
            key,
            field,
        },
    );
    Ok(())
}

/// Reads requests, name by name.
struct Asks<'r, 'a> {
    reading: &'r mut Reading<'a>,
    key: &'r str,
    field: &'r str,
    kind: EdgeKind,
    into: &'r mut Vec<Ask<'a>>,
}

impl<'a> Members<'a> for Asks<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        self.reading.count_edge()?;
        let place = Place {
            map: "packages",
            key: self.key,
            field: self.field,
        };
        let value: &RawValue = map.next_value()?;
        let (name, range) = (self.reading.text(key, &place), self.reading.text(value, &place));
        if let (Some(name), Some(range)) = (name, range) {
            self.into.push(Ask {
                name,
                range,
                kind: self.kind,
            });
        }
        Ok(())
    }
    fn no_object(&mut self, found: &'static str) {
        // Old npm writes `"requires": true` at the top and `false` where nothing is required.
        if self.field != "requires" || found != "true or false" {
            let place = Place {
                map: "packages",
                key: self.key,
                field: self.field,
            };
            self.reading.defect(
                "wrong-type",
                &place,
                format!("{found} stands where an object belongs"),
            );
        }
    }
}

/// Of names that stand twice among the requests behind `from`, keeps the last.
fn keep_last(reading: &mut Reading<'_>, asks: &mut Vec<Ask<'_>>, from: usize, place: &Place<'_>) {
    let added = asks.get(from..).unwrap_or_default();
    // Package managers write names in order, so that the set is hardly ever needed.
    if added.is_sorted_by(|a, b| a.name < b.name) {
        return;
    }
    let mut seen = HashSet::with_capacity(added.len());
    let mut keep: Vec<bool> = added
        .iter()
        .rev()
        .map(|ask| seen.insert(ask.name.as_ref()))
        .collect();
    if keep.iter().all(|&kept| kept) {
        return;
    }
    drop(seen);
    reading.defect("duplicate-key", place, "a name stands twice, the last one counts");
    let mut tail = asks.split_off(from);
    tail.retain(|_| keep.pop().unwrap_or(true));
    asks.append(&mut tail);
}
