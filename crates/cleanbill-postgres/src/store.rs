//! [`GateStore`] over the tables.
//! It keeps what it is given and weighs nothing.
use std::collections::HashMap;

use cleanbill_model::{PackageName, Purl, Timestamp, Version};
use cleanbill_ports::{
    Chained, Event, EventKind, GateStore, KeptVerdict, Locked, Seen, Sighting, StoreError, Token, chain,
};
use postgres::{Client, Config, error::SqlState};

use crate::{
    connect::{Connections, Trouble},
    tables,
};

/// Sightings looked up or added with one statement: parameters of a statement are few.
const AT_ONCE: usize = 5_000;

/// A store in one database.
pub struct PostgresStore {
    place: String,
    connections: Connections,
}

impl PostgresStore {
    /// Opens the store in the database at `address`, `postgres://user@host/database`; its tables are made
    /// where they are not there. `?sslmode=require` asks for TLS.
    ///
    /// # Errors
    /// When the address is none, the database cannot be reached, or its tables are of a later format.
    pub fn open(address: &str) -> Result<Self, StoreError> {
        let place = shown(address);
        let config: Config = address.parse().map_err(|_| StoreError::Failed {
            place: place.clone(),
            reason: "the address cannot be read; write postgres://user@host/database".into(),
        })?;
        let store = Self {
            place,
            connections: Connections::new(config),
        };
        let found = store.run(|client| {
            let mut transaction = client.transaction()?;
            transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&tables::SETUP_LOCK])?;
            transaction.batch_execute(tables::TABLES)?;
            let found: i32 = transaction
                .query_one("SELECT max(version) FROM cleanbill_format", &[])?
                .get(0);
            transaction.commit()?;
            Ok(found)
        })?;
        if found > tables::FORMAT {
            return Err(StoreError::Later {
                place: store.place,
                found: found.unsigned_abs(),
            });
        }
        Ok(store)
    }

    fn run<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Client) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.connections.run(work).map_err(|trouble| {
            let place = self.place.clone();
            match trouble {
                Trouble::Database(error) if error.code() == Some(&SqlState::DISK_FULL) => {
                    StoreError::Full { place }
                }
                Trouble::Database(error) => StoreError::Failed {
                    place,
                    reason: error
                        .as_db_error()
                        .map_or_else(|| error.to_string(), |said| said.message().to_owned()),
                },
                Trouble::Other(reason) => StoreError::Failed { place, reason },
            }
        })
    }
}

/// The address without what stands before the host and behind the database.
fn shown(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let rest = rest.split('?').next().unwrap_or_default();
    if rest.contains('=') {
        // The other way of writing an address names its secret anywhere.
        return "postgres".to_owned();
    }
    format!("postgres://{rest}")
}

fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

const KEPT: &str = "SELECT verdict, until, sentence, json, decided FROM cleanbill_verdicts WHERE content = $1 AND basis = $2";

impl GateStore for PostgresStore {
    fn place(&self) -> String {
        self.place.clone()
    }

    fn check(&self) -> Result<(), StoreError> {
        self.run(|client| {
            client.execute(
                "INSERT INTO cleanbill_documents VALUES('', 0) ON CONFLICT(name) DO UPDATE SET seen = 0",
                &[],
            )?;
            Ok(())
        })
    }

    fn see(
        &self,
        name: &PackageName,
        at: Timestamp,
        sightings: &[Sighting],
    ) -> Result<Vec<Seen>, StoreError> {
        let (name, sightings) = (name.as_str().to_owned(), sightings.to_vec());
        self.run(move |client| {
            let mut transaction = client.transaction()?;
            // One document at a time, whichever replica looked at it: what is new is decided once.
            let before: Option<i64> = transaction
                .query_opt("SELECT seen FROM cleanbill_documents WHERE name = $1 FOR UPDATE", &[&name])?
                .map(|row| row.get(0));
            let mut known: HashMap<(String, String), Seen> = HashMap::new();
            for part in sightings.chunks(AT_ONCE) {
                let versions: Vec<&str> = part.iter().map(|one| one.version.as_str()).collect();
                let contents: Vec<&str> = part.iter().map(|one| one.content.as_str()).collect();
                transaction.execute(
                    "INSERT INTO cleanbill_sightings SELECT $1, v, c, $4, $5 FROM unnest($2::text[], $3::text[]) AS t(v, c)
                     ON CONFLICT DO NOTHING",
                    &[&name, &versions, &contents, &at.as_millis(), &before],
                )?;
                let rows = transaction.query(
                    "SELECT version, content, first, floor FROM cleanbill_sightings s
                     JOIN unnest($2::text[], $3::text[]) AS t(v, c) ON s.version = t.v AND s.content = t.c
                     WHERE s.name = $1",
                    &[&name, &versions, &contents],
                )?;
                for row in rows {
                    let seen = Seen {
                        first: Timestamp::from_millis(row.get(2)),
                        floor: tables::time(&row, 3),
                    };
                    known.insert((row.get(0), row.get(1)), seen);
                }
            }
            transaction.execute(
                "INSERT INTO cleanbill_documents VALUES($1, $2)
                 ON CONFLICT(name) DO UPDATE SET seen = greatest(cleanbill_documents.seen, excluded.seen)",
                &[&name, &at.as_millis()],
            )?;
            transaction.commit()?;
            sightings
                .iter()
                .map(|one| {
                    let key = (one.version.as_str().to_owned(), one.content.clone());
                    known
                        .get(&key)
                        .copied()
                        .ok_or_else(|| Trouble::Other("a sighting is gone that was just kept".into()))
                })
                .collect()
        })
    }

    fn verdict(&self, content: &str, basis: &str) -> Result<Option<KeptVerdict>, StoreError> {
        let (content, basis) = (content.to_owned(), basis.to_owned());
        self.run(move |client| {
            let row = client.query_opt(KEPT, &[&content, &basis])?;
            Ok(row.as_ref().map(tables::kept).transpose()?)
        })
    }

    fn keep_verdict(
        &self,
        content: &str,
        basis: &str,
        verdict: &KeptVerdict,
        renew_before: Timestamp,
    ) -> Result<KeptVerdict, StoreError> {
        let (content, basis, verdict) = (content.to_owned(), basis.to_owned(), verdict.clone());
        self.run(move |client| {
            // One statement decides the race: a row that is there and not too old stays as it is.
            client.execute(
                "INSERT INTO cleanbill_verdicts VALUES($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT(content, basis) DO UPDATE SET verdict = excluded.verdict, until = excluded.until,
                   sentence = excluded.sentence, json = excluded.json, decided = excluded.decided
                 WHERE cleanbill_verdicts.decided < $8",
                &[
                    &content,
                    &basis,
                    &verdict.verdict.as_str(),
                    &verdict.until.map(Timestamp::as_millis),
                    &verdict.sentence,
                    &verdict.json,
                    &verdict.decided.as_millis(),
                    &renew_before.as_millis(),
                ],
            )?;
            Ok(tables::kept(&client.query_one(KEPT, &[&content, &basis])?)?)
        })
    }

    fn append(&self, events: &[Event]) -> Result<u64, StoreError> {
        let events = events.to_vec();
        self.run(move |client| {
            let mut transaction = client.transaction()?;
            // The chain has one end: whoever writes it is alone.
            transaction.batch_execute("LOCK TABLE cleanbill_log IN SHARE ROW EXCLUSIVE MODE")?;
            let last = transaction.query_opt(
                "SELECT number, hash FROM cleanbill_log ORDER BY number DESC LIMIT 1",
                &[],
            )?;
            let (mut number, mut hash): (i64, String) = last.map_or_else(
                || (0, chain::BEGINNING.to_owned()),
                |row| (row.get(0), row.get(1)),
            );
            let add = transaction.prepare("INSERT INTO cleanbill_log VALUES($1, $2, $3, $4, $5, $6)")?;
            for event in &events {
                number += 1;
                let text = event.to_text();
                hash = chain::link(&hash, number.unsigned_abs(), &text);
                let name = event.name.as_ref().map(PackageName::as_str);
                let version = event.version.as_ref().map(Version::as_str);
                transaction.execute(
                    &add,
                    &[&number, &event.kind.as_str(), &name, &version, &text, &hash],
                )?;
                if event.kind == EventKind::Served && name.is_some() && version.is_some() {
                    transaction.execute(
                        "INSERT INTO cleanbill_served VALUES($1, $2) ON CONFLICT DO NOTHING",
                        &[&name, &version],
                    )?;
                }
            }
            transaction.commit()?;
            Ok(number.unsigned_abs())
        })
    }

    fn entries(&self, after: u64, limit: usize) -> Result<Vec<Chained>, StoreError> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        self.run(move |client| {
            let rows = client.query(
                "SELECT number, text, hash FROM cleanbill_log WHERE number > $1 ORDER BY number LIMIT $2",
                &[&after, &limit_of(limit)],
            )?;
            Ok(rows.iter().map(tables::chained).collect())
        })
    }

    fn about(
        &self,
        name: &PackageName,
        version: Option<&Version>,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let (name, version) = (
            name.as_str().to_owned(),
            version.map(|version| version.as_str().to_owned()),
        );
        self.run(move |client| {
            let rows = client.query(
                "SELECT text FROM cleanbill_log WHERE name = $1 AND ($2::text IS NULL OR version = $2)
                 ORDER BY number DESC LIMIT $3",
                &[&name, &version, &limit_of(limit)],
            )?;
            Ok(rows.iter().filter_map(tables::event).collect())
        })
    }

    fn of_kind(&self, kind: EventKind, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.run(move |client| {
            let rows = client.query(
                "SELECT text FROM cleanbill_log WHERE kind = $1 ORDER BY number DESC LIMIT $2",
                &[&kind.as_str(), &limit_of(limit)],
            )?;
            Ok(rows.iter().filter_map(tables::event).collect())
        })
    }

    fn served(&self, after: Option<&Purl>, limit: usize) -> Result<Vec<Purl>, StoreError> {
        let (name, version) = after.map_or_else(Default::default, |purl| {
            (purl.name.as_str().to_owned(), purl.version.as_str().to_owned())
        });
        self.run(move |client| {
            let rows = client.query(
                "SELECT name, version FROM cleanbill_served WHERE (name, version) > ($1, $2)
                 ORDER BY name, version LIMIT $3",
                &[&name, &version, &limit_of(limit)],
            )?;
            rows.iter().map(|row| Ok(tables::purl(row)?)).collect()
        })
    }

    fn add_token(&self, token: &Token) -> Result<(), StoreError> {
        let token = token.clone();
        self.run(move |client| {
            client.execute(
                "INSERT INTO cleanbill_tokens VALUES($1, $2, $3, $4, $5, $6, $7, $8)",
                &[
                    &token.id,
                    &token.note,
                    &token.hash,
                    &token.role.as_str(),
                    &token.scopes.join("\n"),
                    &token.created.as_millis(),
                    &token.expires.map(Timestamp::as_millis),
                    &token.revoked.map(Timestamp::as_millis),
                ],
            )?;
            Ok(())
        })
    }

    fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        self.run(|client| {
            let rows = client.query(
                "SELECT id, note, hash, role, scopes, created, expires, revoked FROM cleanbill_tokens ORDER BY created, id",
                &[],
            )?;
            Ok(rows.iter().map(tables::token).collect())
        })
    }

    fn revoke_token(&self, id: &str, at: Timestamp) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.run(move |client| {
            let changed = client.execute(
                "UPDATE cleanbill_tokens SET revoked = $2 WHERE id = $1 AND revoked IS NULL",
                &[&id, &at.as_millis()],
            )?;
            Ok(changed > 0)
        })
    }

    fn keep_locked(&self, locked: &[Locked]) -> Result<(), StoreError> {
        let locked = locked.to_vec();
        self.run(move |client| {
            let names: Vec<&str> = locked.iter().map(|one| one.name.as_str()).collect();
            let versions: Vec<&str> = locked.iter().map(|one| one.version.as_str()).collect();
            let contents: Vec<&str> = locked.iter().map(|one| one.content.as_str()).collect();
            client.execute(
                "INSERT INTO cleanbill_locked SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING",
                &[&names, &versions, &contents],
            )?;
            Ok(())
        })
    }

    fn locked(&self, name: &PackageName) -> Result<Vec<Locked>, StoreError> {
        let name = name.clone();
        self.run(move |client| {
            let rows = client.query(
                "SELECT version, content FROM cleanbill_locked WHERE name = $1 ORDER BY version, content",
                &[&name.as_str()],
            )?;
            rows.iter().map(|row| Ok(tables::locked(row, &name)?)).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_place_tells_no_secret() {
        assert_eq!(
            shown("postgres://me:s3cret@db.example/gate?sslmode=require"),
            "postgres://db.example/gate"
        );
        assert_eq!(shown("host=db.example password=s3cret"), "postgres");
        assert_eq!(
            shown("postgres://db.example/gate?password=s3cret"),
            "postgres://db.example/gate"
        );
    }
}
