//! The words of package-lock.json, as they stand in the file.
//! It checks shapes and draws no conclusions.
use std::borrow::Cow;

use serde::de::{IgnoredAny, MapAccess, SeqAccess};
use serde_json::value::RawValue;

use super::nested::Nested;
use crate::{
    EdgeKind,
    asks::{self, Ask},
    json::{Members, Object, Place, Reading, head},
    limits::MAX_FIELD_BYTES,
};

/// Most workspace patterns read; real roots have a handful.
const MAX_WORKSPACE_PATTERNS: usize = 1_000;

/// The file's own two views and its head.
#[derive(Debug, Default)]
pub(super) struct File<'a> {
    pub(super) version: Option<&'a RawValue>,
    pub(super) name: Option<Cow<'a, str>>,
    /// `packages`: one entry a folder.
    pub(super) packages: Option<Vec<Entry<'a>>>,
    /// `dependencies`: the nested tree, each parent before its children.
    pub(super) nested: Option<Vec<Entry<'a>>>,
}

/// One entry of either view.
#[derive(Debug, Default)]
pub(super) struct Entry<'a> {
    /// The folder in `packages`, the install name in `dependencies`.
    pub(super) key: Cow<'a, str>,
    /// Where the key begins in the text.
    pub(super) offset: usize,
    /// Index of the entry it is nested in, in `dependencies`.
    pub(super) parent: Option<usize>,
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) version: Option<Cow<'a, str>>,
    pub(super) resolved: Option<Cow<'a, str>>,
    pub(super) integrity: Option<Cow<'a, str>>,
    pub(super) flags: Flags,
    pub(super) workspaces: Vec<Cow<'a, str>>,
    pub(super) asks: Vec<Ask<'a>>,
}

/// The yes-or-no fields of an entry.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they mirror independent flags of the file"
)]
pub(super) struct Flags {
    pub(super) link: bool,
    pub(super) dev: bool,
    pub(super) optional: bool,
    pub(super) dev_optional: bool,
    pub(super) peer: bool,
    pub(super) bundled: bool,
    pub(super) bundles_others: bool,
    pub(super) has_workspaces: bool,
    pub(super) install_script: bool,
}

/// Reads the top of the file.
pub(super) struct Top<'r, 'a> {
    pub(super) reading: &'r mut Reading<'a>,
    pub(super) file: &'r mut File<'a>,
    pub(super) is_object: bool,
}

impl<'a> Members<'a> for Top<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        let place = Place::top("the file's own keys");
        let key = self.reading.decode(key, &place);
        match key.as_ref() {
            "lockfileVersion" => {
                let value = map.next_value()?;
                if self.file.version.replace(value).is_some() {
                    self.duplicate(&key);
                }
            }
            "name" => self.file.name = self.reading.text(map.next_value()?, &Place::top("name")),
            "packages" => {
                if self.file.packages.take().is_some() {
                    self.duplicate(&key);
                }
                let entries = Vec::with_capacity(self.reading.likely_entries());
                let mut packages = Packages {
                    reading: &mut *self.reading,
                    entries,
                    is_object: true,
                };
                map.next_value_seed(Object(&mut packages))?;
                self.file.packages = packages.is_object.then_some(packages.entries);
            }
            "dependencies" => {
                if self.file.nested.take().is_some() {
                    self.duplicate(&key);
                }
                let mut entries = Vec::with_capacity(self.reading.likely_entries());
                let mut nested = Nested {
                    reading: &mut *self.reading,
                    entries: &mut entries,
                    parent: None,
                    depth: 0,
                    is_object: true,
                };
                map.next_value_seed(Object(&mut nested))?;
                self.file.nested = nested.is_object.then_some(entries);
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
    fn no_object(&mut self, _: &'static str) {
        self.is_object = false;
    }
}

impl Top<'_, '_> {
    fn duplicate(&mut self, key: &str) {
        self.reading
            .defect("duplicate-key", key, "the key stands twice, the last one counts");
    }
}

struct Packages<'r, 'a> {
    reading: &'r mut Reading<'a>,
    entries: Vec<Entry<'a>>,
    is_object: bool,
}

impl<'a> Members<'a> for Packages<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        self.reading.count_entry()?;
        let Some((key, offset)) = key_of(self.reading, key, "packages") else {
            map.next_value::<IgnoredAny>()?;
            return Ok(());
        };
        let mut fields = Fields {
            reading: &mut *self.reading,
            entry: Entry {
                key,
                offset,
                ..Entry::default()
            },
            seen: Seen::default(),
            is_object: true,
        };
        map.next_value_seed(Object(&mut fields))?;
        if fields.is_object {
            self.entries.push(fields.entry);
        }
        Ok(())
    }
    fn no_object(&mut self, found: &'static str) {
        self.is_object = false;
        self.reading.defect(
            "wrong-type",
            "packages",
            format!("{found} stands where an object belongs"),
        );
    }
}

/// Which fields of an entry have been read, one bit each.
#[derive(Default)]
pub(super) struct Seen(u32);

impl Seen {
    /// True when the field was there before. Of fields that mean nothing here it does not matter.
    pub(super) fn again(&mut self, field: &str) -> bool {
        let mask = match field {
            "version" => 1,
            "resolved" => 1 << 1,
            "integrity" => 1 << 2,
            "dependencies" => 1 << 3,
            "requires" => 1 << 4,
            "dev" => 1 << 5,
            "optional" => 1 << 6,
            "devOptional" => 1 << 7,
            "peer" => 1 << 8,
            "peerDependencies" => 1 << 9,
            "optionalDependencies" => 1 << 10,
            "devDependencies" => 1 << 11,
            "hasInstallScript" => 1 << 12,
            "inBundle" | "bundled" => 1 << 13,
            "bundleDependencies" | "bundledDependencies" => 1 << 14,
            "name" => 1 << 15,
            "link" => 1 << 16,
            "workspaces" => 1 << 17,
            _ => 0,
        };
        let before = self.0 & mask != 0;
        self.0 |= mask;
        before
    }
}

/// Reads the fields of one entry of `packages`.
struct Fields<'r, 'a> {
    reading: &'r mut Reading<'a>,
    entry: Entry<'a>,
    seen: Seen,
    is_object: bool,
}

impl<'a> Members<'a> for Fields<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        let Self {
            reading, entry, seen, ..
        } = self;
        let path = entry.key.clone();
        let place = |field| Place {
            map: "packages",
            key: &path,
            field,
        };
        let field = reading.decode(key, &place("a key"));
        let at = place(&field);
        if seen.again(&field) {
            reading.defect("duplicate-key", &at, "the key stands twice, the last one counts");
        }
        match field.as_ref() {
            "name" => entry.name = reading.text(map.next_value()?, &at),
            "version" => entry.version = reading.text(map.next_value()?, &at),
            "resolved" => entry.resolved = reading.text(map.next_value()?, &at),
            "integrity" => entry.integrity = reading.text(map.next_value()?, &at),
            "link" => entry.flags.link = reading.flag(map.next_value()?, &at),
            "dev" => entry.flags.dev = reading.flag(map.next_value()?, &at),
            "optional" => entry.flags.optional = reading.flag(map.next_value()?, &at),
            "devOptional" => entry.flags.dev_optional = reading.flag(map.next_value()?, &at),
            "peer" => entry.flags.peer = reading.flag(map.next_value()?, &at),
            "inBundle" => entry.flags.bundled = reading.flag(map.next_value()?, &at),
            "hasInstallScript" => entry.flags.install_script = reading.flag(map.next_value()?, &at),
            "bundleDependencies" | "bundledDependencies" => {
                let raw: &RawValue = map.next_value()?;
                entry.flags.bundles_others =
                    raw.get() == "true" || (raw.get().starts_with('[') && raw.get().contains('"'));
            }
            "workspaces" => {
                entry.flags.has_workspaces = true;
                entry.workspaces.clear();
                let into = &mut entry.workspaces;
                map.next_value_seed(Object(&mut Workspaces { reading, into }))?;
            }
            "dependencies" => asks::read(
                reading,
                &entry.key,
                &mut entry.asks,
                EdgeKind::Runtime,
                &field,
                map,
            )?,
            "devDependencies" => asks::read(
                reading,
                &entry.key,
                &mut entry.asks,
                EdgeKind::Development,
                &field,
                map,
            )?,
            "optionalDependencies" => asks::read(
                reading,
                &entry.key,
                &mut entry.asks,
                EdgeKind::Optional,
                &field,
                map,
            )?,
            "peerDependencies" => {
                asks::read(reading, &entry.key, &mut entry.asks, EdgeKind::Peer, &field, map)?
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
    fn no_object(&mut self, found: &'static str) {
        self.is_object = false;
        let place = Place {
            map: "packages",
            key: &self.entry.key,
            field: "",
        };
        self.reading.defect(
            "wrong-type",
            &place,
            format!("{found} stands where an object belongs"),
        );
    }
}

/// The key of an entry and where it begins; `None`, with a defect, when it is too long.
pub(super) fn key_of<'a>(
    reading: &mut Reading<'a>,
    key: &'a RawValue,
    map: &'static str,
) -> Option<(Cow<'a, str>, usize)> {
    let offset = reading.offset_of(key.get());
    if key.get().len() > MAX_FIELD_BYTES {
        let note = format!(
            "a key of {} bytes, the limit is {MAX_FIELD_BYTES}",
            key.get().len()
        );
        reading.defect("limit-field", map, note);
        return None;
    }
    let place = Place {
        map,
        key: key.get(),
        field: "",
    };
    Some((reading.decode(key, &place), offset))
}

/// Reads the workspace patterns of a root: a list, or an object with `packages`.
struct Workspaces<'r, 'a> {
    reading: &'r mut Reading<'a>,
    into: &'r mut Vec<Cow<'a, str>>,
}

impl<'a> Members<'a> for Workspaces<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        if key.get() == "\"packages\"" {
            map.next_value_seed(Object(self))
        } else {
            map.next_value::<IgnoredAny>().map(drop)
        }
    }
    fn list<A: SeqAccess<'a>>(&mut self, seq: A) -> Result<(), A::Error> {
        for pattern in head(seq, MAX_WORKSPACE_PATTERNS)? {
            self.into
                .extend(self.reading.text(pattern, &Place::top("workspaces")));
        }
        Ok(())
    }
    fn no_object(&mut self, found: &'static str) {
        self.reading.defect(
            "wrong-type",
            "workspaces",
            format!("{found} stands where a list of folders belongs"),
        );
    }
}
