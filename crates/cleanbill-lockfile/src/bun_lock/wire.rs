//! The words of bun.lock, as they stand in the file.
//! It checks shapes and draws no conclusions.
use std::borrow::Cow;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess};
use serde_json::value::RawValue;

use crate::{
    EdgeKind,
    asks::{self, Ask},
    json::{Members, Object, Place, Reading, head},
};

/// Most elements of an entry; Bun writes up to four.
const MAX_ELEMENTS: usize = 4;

/// The parts of the file that are read.
#[derive(Debug, Default)]
pub(super) struct File<'a> {
    pub(super) version: Option<&'a RawValue>,
    pub(super) workspaces: Vec<Project<'a>>,
    pub(super) packages: Vec<Package<'a>>,
}

/// A root or workspace.
#[derive(Debug)]
pub(super) struct Project<'a> {
    pub(super) path: Cow<'a, str>,
    pub(super) info: Info<'a>,
}

/// An entry of `packages`.
#[derive(Debug)]
pub(super) struct Package<'a> {
    pub(super) key: Cow<'a, str>,
    pub(super) offset: usize,
    /// The first element: `name@resolution`.
    pub(super) resolution: Cow<'a, str>,
    /// The texts behind it, in order.
    pub(super) texts: Vec<Cow<'a, str>>,
    pub(super) info: Info<'a>,
}

/// The object of an entry or of a workspace.
#[derive(Debug, Default)]
pub(super) struct Info<'a> {
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) bundled: bool,
    pub(super) asks: Vec<Ask<'a>>,
}

/// Reads the top of the file.
pub(super) struct Top<'r, 'a> {
    pub(super) reading: &'r mut Reading<'a>,
    pub(super) file: &'r mut File<'a>,
    pub(super) is_object: bool,
}

impl<'a> Members<'a> for Top<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        let key = self.reading.decode(key, &Place::top("the file's own keys"));
        let again = match key.as_ref() {
            "lockfileVersion" => self.file.version.replace(map.next_value()?).is_some(),
            "workspaces" => {
                let again = !std::mem::take(&mut self.file.workspaces).is_empty();
                let into = &mut self.file.workspaces;
                map.next_value_seed(Object(&mut Workspaces {
                    reading: &mut *self.reading,
                    into,
                }))?;
                again
            }
            "packages" => {
                let room = Vec::with_capacity(self.reading.likely_entries());
                let again = !std::mem::replace(&mut self.file.packages, room).is_empty();
                let into = &mut self.file.packages;
                map.next_value_seed(Object(&mut Packages {
                    reading: &mut *self.reading,
                    into,
                }))?;
                again
            }
            _ => {
                map.next_value::<IgnoredAny>()?;
                false
            }
        };
        if again {
            self.reading.defect(
                "duplicate-key",
                key.as_ref(),
                "the key stands twice, the last one counts",
            );
        }
        Ok(())
    }
    fn no_object(&mut self, _: &'static str) {
        self.is_object = false;
    }
}

struct Workspaces<'r, 'a> {
    reading: &'r mut Reading<'a>,
    into: &'r mut Vec<Project<'a>>,
}

impl<'a> Members<'a> for Workspaces<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        self.reading.count_entry()?;
        let Some(path) = self.reading.text(key, &Place::top("workspaces")) else {
            return map.next_value::<IgnoredAny>().map(drop);
        };
        let mut fields = Fields {
            reading: &mut *self.reading,
            map: "workspaces",
            key: &path,
            info: Info::default(),
            is_object: true,
        };
        map.next_value_seed(Object(&mut fields))?;
        if fields.is_object {
            let info = fields.info;
            self.into.push(Project { path, info });
        }
        Ok(())
    }
    fn no_object(&mut self, found: &'static str) {
        self.reading.defect(
            "wrong-type",
            "workspaces",
            format!("{found} stands where an object belongs"),
        );
    }
}

struct Packages<'r, 'a> {
    reading: &'r mut Reading<'a>,
    into: &'r mut Vec<Package<'a>>,
}

impl<'a> Members<'a> for Packages<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        self.reading.count_entry()?;
        let offset = self.reading.offset_of(key.get());
        let Some(key) = self.reading.text(key, &Place::top("packages")) else {
            return map.next_value::<IgnoredAny>().map(drop);
        };
        let at = Place {
            map: "packages",
            key: &key,
            field: "",
        };
        let mut elements = Elements { head: None };
        map.next_value_seed(Object(&mut elements))?;
        let Some(elements) = elements.head else {
            self.reading
                .defect("wrong-type", &at, "no list stands where one belongs");
            return Ok(());
        };
        let mut texts = Vec::with_capacity(2);
        let mut fields = Fields {
            reading: &mut *self.reading,
            map: "packages",
            key: &key,
            info: Info::default(),
            is_object: true,
        };
        let mut resolution = None;
        for (index, element) in elements.into_iter().enumerate() {
            if element.get().starts_with('{') {
                // The grammar has been checked on the way here; what can still fail is a limit.
                Object(&mut fields)
                    .deserialize(&mut serde_json::Deserializer::from_str(element.get()))
                    .map_err(serde::de::Error::custom)?;
            } else if index == 0 {
                resolution = fields.reading.text(element, &at);
            } else {
                texts.extend(fields.reading.text(element, &at));
            }
        }
        let info = fields.info;
        let Some(resolution) = resolution else {
            self.reading.defect(
                "wrong-type",
                &at,
                "the list does not begin with `name@resolution`",
            );
            return Ok(());
        };
        self.into.push(Package {
            key,
            offset,
            resolution,
            texts,
            info,
        });
        Ok(())
    }
    fn no_object(&mut self, found: &'static str) {
        self.reading.defect(
            "wrong-type",
            "packages",
            format!("{found} stands where an object belongs"),
        );
    }
}

/// Takes the elements of an entry.
struct Elements<'a> {
    head: Option<Vec<&'a RawValue>>,
}

impl<'a> Members<'a> for Elements<'a> {
    fn member<A: MapAccess<'a>>(&mut self, _: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        map.next_value::<IgnoredAny>().map(drop)
    }
    fn list<A: SeqAccess<'a>>(&mut self, seq: A) -> Result<(), A::Error> {
        self.head = Some(head(seq, MAX_ELEMENTS)?);
        Ok(())
    }
    fn no_object(&mut self, _: &'static str) {}
}

struct Fields<'r, 'a> {
    reading: &'r mut Reading<'a>,
    map: &'static str,
    key: &'r str,
    info: Info<'a>,
    is_object: bool,
}

impl<'a> Members<'a> for Fields<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        let Self { reading, info, .. } = self;
        let field = reading.decode(
            key,
            &Place {
                map: self.map,
                key: self.key,
                field: "a key",
            },
        );
        let at = Place {
            map: self.map,
            key: self.key,
            field: &field,
        };
        let kind = match field.as_ref() {
            "dependencies" => EdgeKind::Runtime,
            "devDependencies" => EdgeKind::Development,
            "optionalDependencies" => EdgeKind::Optional,
            "peerDependencies" => EdgeKind::Peer,
            "name" => {
                info.name = reading.text(map.next_value()?, &at);
                return Ok(());
            }
            "bundled" => {
                info.bundled = reading.flag(map.next_value()?, &at);
                return Ok(());
            }
            _ => return map.next_value::<IgnoredAny>().map(drop),
        };
        if info.asks.iter().any(|ask| ask.kind == kind) {
            reading.defect("duplicate-key", &at, "the key stands twice, the last one counts");
        }
        asks::read(reading, self.key, &mut info.asks, kind, &field, map)
    }
    fn no_object(&mut self, found: &'static str) {
        self.is_object = false;
        let at = Place {
            map: self.map,
            key: self.key,
            field: "",
        };
        self.reading.defect(
            "wrong-type",
            &at,
            format!("{found} stands where an object belongs"),
        );
    }
}
