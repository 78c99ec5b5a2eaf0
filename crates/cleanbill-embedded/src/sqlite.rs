//! The gate's store in one SQLite file: nothing to install, several processes may share it.
//! It keeps what it is given and weighs nothing.
//!
//! Each call is one transaction in a write-ahead log. A process that dies loses nothing that was answered;
//! a machine that loses power may lose the last moments, and what is left is whole.
use std::{
    path::{Path, PathBuf},
    str::FromStr,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use cleanbill_model::{PackageName, Purl, Timestamp, Verdict, Version};
use cleanbill_ports::{
    Chained, Event, EventKind, GateStore, KeptVerdict, Locked, Role, Seen, Sighting, StoreError, Token, chain,
};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension as _, Row, Transaction, TransactionBehavior, params,
};

use crate::files::make_folder;

/// The format of the tables.
const FORMAT: u32 = 1;
/// How long a call waits for another process that writes.
const PATIENCE: Duration = Duration::from_secs(10);
/// Pages a file may have at most, of 4 KiB each: 64 GiB. A log that grows beyond has other readers by then.
const MAX_PAGES: u32 = 16 * 1024 * 1024;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS documents(name TEXT PRIMARY KEY, seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sightings(name TEXT, version TEXT, content TEXT, first INTEGER NOT NULL,
  floor INTEGER, PRIMARY KEY(name, version, content)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS verdicts(content TEXT, basis TEXT, verdict TEXT NOT NULL, until INTEGER,
  sentence TEXT NOT NULL, json TEXT NOT NULL, decided INTEGER NOT NULL, PRIMARY KEY(content, basis)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log(number INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT, version TEXT,
  text TEXT NOT NULL, hash TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS log_about ON log(name, version) WHERE name IS NOT NULL;
CREATE INDEX IF NOT EXISTS log_kind ON log(kind, number) WHERE kind NOT IN ('served', 'refused');
CREATE TABLE IF NOT EXISTS served(name TEXT, version TEXT, PRIMARY KEY(name, version)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens(id TEXT PRIMARY KEY, note TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL, scopes TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER, revoked INTEGER);
CREATE TABLE IF NOT EXISTS locked(name TEXT, version TEXT, content TEXT, PRIMARY KEY(name, version, content)) WITHOUT ROWID;
";

/// [`GateStore`] in one file.
pub struct SqliteStore {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl SqliteStore {
    /// Opens the store at `path`, which is made where it is not there.
    ///
    /// # Errors
    /// When it cannot be opened, or is of a later format.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let place = path.display().to_string();
        if let Some(folder) = path.parent() {
            make_folder(folder).map_err(|error| StoreError::Failed {
                place: place.clone(),
                reason: error.to_string(),
            })?;
        }
        let said = |error: rusqlite::Error| failed(&place, &error);
        let connection = Connection::open(path).map_err(said)?;
        connection.busy_timeout(PATIENCE).map_err(said)?;
        // The answer to the first is a row, the mode it is in now.
        connection
            .query_row("PRAGMA journal_mode=WAL", [], |_| Ok(()))
            .map_err(said)?;
        connection
            .execute_batch("PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;")
            .map_err(said)?;
        let store = Self {
            path: path.to_owned(),
            connection: Mutex::new(connection),
        };
        store.bounded(MAX_PAGES)?;
        let found: u32 =
            store.with(|connection| connection.query_row("PRAGMA user_version", [], |row| row.get(0)))?;
        match found {
            FORMAT => {}
            0 => store.write(|transaction| {
                transaction.execute_batch(TABLES)?;
                transaction.pragma_update(None, "user_version", FORMAT)
            })?,
            found => return Err(StoreError::Later { place, found }),
        }
        restrict(path);
        Ok(store)
    }

    /// The same with a bound on the file: `pages` of 4 KiB.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub fn bounded(&self, pages: u32) -> Result<(), StoreError> {
        self.with(|connection| {
            connection.query_row(&format!("PRAGMA max_page_count={pages}"), [], |_| Ok(()))
        })
    }

    fn guard(&self) -> MutexGuard<'_, Connection> {
        // A call that panicked has rolled back: the connection is whole.
        self.connection
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn with<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        work(&self.guard()).map_err(|error| failed(&self.place(), &error))
    }

    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let mut guard = self.guard();
        let done = (|| {
            let transaction = guard.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let answer = work(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        })();
        done.map_err(|error| failed(&self.place(), &error))
    }
}

/// Only the owner reads who fetched what.
fn restrict(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // On a file of another owner this fails, and that owner decides.
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
    }
    #[cfg(not(unix))]
    let _ = path;
}

fn failed(place: &str, error: &rusqlite::Error) -> StoreError {
    let place = place.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full { place },
        _ => StoreError::Failed {
            place,
            reason: error.to_string(),
        },
    }
}

/// A column of text read as what it was written from.
fn parsed<T: FromStr>(row: &Row<'_>, at: usize) -> rusqlite::Result<T> {
    let text: String = row.get(at)?;
    text.parse()
        .map_err(|_| rusqlite::Error::InvalidColumnType(at, text, rusqlite::types::Type::Text))
}

fn name_at(row: &Row<'_>, at: usize) -> rusqlite::Result<PackageName> {
    let text: String = row.get(at)?;
    PackageName::parse(&text)
        .map_err(|_| rusqlite::Error::InvalidColumnType(at, text, rusqlite::types::Type::Text))
}

fn version_at(row: &Row<'_>, at: usize) -> rusqlite::Result<Version> {
    let text: String = row.get(at)?;
    Version::parse(&text)
        .map_err(|_| rusqlite::Error::InvalidColumnType(at, text, rusqlite::types::Type::Text))
}

fn time_at(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(at)?.map(Timestamp::from_millis))
}

/// A verdict's word, as the database keeps it.
struct Word(Verdict);

impl FromStr for Word {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [
            Verdict::Allow,
            Verdict::Unassessed,
            Verdict::Quarantine,
            Verdict::Block,
        ]
        .into_iter()
        .find(|verdict| verdict.as_str() == text)
        .map(Self)
        .ok_or(())
    }
}

fn kept(row: &Row<'_>) -> rusqlite::Result<KeptVerdict> {
    Ok(KeptVerdict {
        verdict: parsed::<Word>(row, 0)?.0,
        until: time_at(row, 1)?,
        sentence: row.get(2)?,
        json: row.get(3)?,
        decided: time_at(row, 4)?.unwrap_or(Timestamp::from_millis(0)),
    })
}

fn events(rows: impl Iterator<Item = rusqlite::Result<String>>) -> rusqlite::Result<Vec<Event>> {
    // A text that is no event of ours is left to the chain's verifier.
    rows.filter_map(|row| row.map(|text| Event::from_text(&text)).transpose())
        .collect()
}

fn bounded(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

const KEPT: &str =
    "SELECT verdict, until, sentence, json, decided FROM verdicts WHERE content = ?1 AND basis = ?2";

impl GateStore for SqliteStore {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn check(&self) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO documents(name, seen) VALUES('', 0) ON CONFLICT(name) DO UPDATE SET seen = 0",
                [],
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
        self.write(|transaction| {
            let before: Option<i64> = transaction
                .prepare_cached("SELECT seen FROM documents WHERE name = ?1")?
                .query_row([name.as_str()], |row| row.get(0))
                .optional()?;
            let mut find = transaction.prepare_cached(
                "SELECT first, floor FROM sightings WHERE name = ?1 AND version = ?2 AND content = ?3",
            )?;
            let mut add = transaction.prepare_cached("INSERT INTO sightings VALUES(?1, ?2, ?3, ?4, ?5)")?;
            let mut answer = Vec::with_capacity(sightings.len());
            for sighting in sightings {
                let key = params![name.as_str(), sighting.version.as_str(), sighting.content];
                let known = find
                    .query_row(key, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)))
                    .optional()?;
                let (first, floor) = match known {
                    Some(known) => known,
                    None => {
                        let (first, floor) = (at.as_millis(), before);
                        add.execute(params![
                            name.as_str(),
                            sighting.version.as_str(),
                            sighting.content,
                            first,
                            floor
                        ])?;
                        (first, floor)
                    }
                };
                answer.push(Seen {
                    first: Timestamp::from_millis(first),
                    floor: floor.map(Timestamp::from_millis),
                });
            }
            // A clock that jumped back must not make the past look unseen.
            transaction
                .prepare_cached(
                    "INSERT INTO documents VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET seen = max(seen, excluded.seen)",
                )?
                .execute(params![name.as_str(), at.as_millis()])?;
            Ok(answer)
        })
    }

    fn verdict(&self, content: &str, basis: &str) -> Result<Option<KeptVerdict>, StoreError> {
        self.with(|connection| {
            connection
                .prepare_cached(KEPT)?
                .query_row([content, basis], kept)
                .optional()
        })
    }

    fn keep_verdict(
        &self,
        content: &str,
        basis: &str,
        verdict: &KeptVerdict,
        renew_before: Timestamp,
    ) -> Result<KeptVerdict, StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("DELETE FROM verdicts WHERE content = ?1 AND basis = ?2 AND decided < ?3")?
                .execute(params![content, basis, renew_before.as_millis()])?;
            transaction
                .prepare_cached("INSERT OR IGNORE INTO verdicts VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
                .execute(params![
                    content,
                    basis,
                    verdict.verdict.as_str(),
                    verdict.until.map(Timestamp::as_millis),
                    verdict.sentence,
                    verdict.json,
                    verdict.decided.as_millis()
                ])?;
            transaction
                .prepare_cached(KEPT)?
                .query_row([content, basis], kept)
        })
    }

    fn append(&self, events: &[Event]) -> Result<u64, StoreError> {
        self.write(|transaction| {
            let last: Option<(i64, String)> = transaction
                .prepare_cached("SELECT number, hash FROM log ORDER BY number DESC LIMIT 1")?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (mut number, mut hash) = last.unwrap_or((0, chain::BEGINNING.to_owned()));
            let mut add = transaction.prepare_cached(
                "INSERT INTO log(number, kind, name, version, text, hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            let mut serve = transaction.prepare_cached("INSERT OR IGNORE INTO served VALUES(?1, ?2)")?;
            for event in events {
                number += 1;
                let text = event.to_text();
                hash = chain::link(&hash, number.unsigned_abs(), &text);
                let name = event.name.as_ref().map(PackageName::as_str);
                let version = event.version.as_ref().map(Version::as_str);
                add.execute(params![number, event.kind.as_str(), name, version, text, hash])?;
                if event.kind == EventKind::Served {
                    serve.execute(params![name, version])?;
                }
            }
            Ok(number.unsigned_abs())
        })
    }

    fn entries(&self, after: u64, limit: usize) -> Result<Vec<Chained>, StoreError> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT number, text, hash FROM log WHERE number > ?1 ORDER BY number LIMIT ?2",
                )?
                .query_map([after, bounded(limit)], |row| {
                    Ok(Chained {
                        number: row.get::<_, i64>(0)?.unsigned_abs(),
                        text: row.get(1)?,
                        hash: row.get(2)?,
                    })
                })?
                .collect()
        })
    }

    fn about(
        &self,
        name: &PackageName,
        version: Option<&Version>,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        self.with(|connection| {
            let mut find = connection.prepare_cached(
                "SELECT text FROM log WHERE name = ?1 AND (?2 IS NULL OR version = ?2) ORDER BY number DESC LIMIT ?3",
            )?;
            let rows = find.query_map(
                params![name.as_str(), version.map(Version::as_str), bounded(limit)],
                |row| row.get(0),
            )?;
            events(rows)
        })
    }

    fn of_kind(&self, kind: EventKind, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.with(|connection| {
            let mut find = connection
                .prepare_cached("SELECT text FROM log WHERE kind = ?1 ORDER BY number DESC LIMIT ?2")?;
            let rows = find.query_map(params![kind.as_str(), bounded(limit)], |row| row.get(0))?;
            events(rows)
        })
    }

    fn served(&self, after: Option<&Purl>, limit: usize) -> Result<Vec<Purl>, StoreError> {
        let (name, version) = after.map_or(("", ""), |purl| (purl.name.as_str(), purl.version.as_str()));
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT name, version FROM served WHERE (name, version) > (?1, ?2) ORDER BY name, version LIMIT ?3",
                )?
                .query_map(params![name, version, bounded(limit)], |row| {
                    Ok(Purl::new(name_at(row, 0)?, version_at(row, 1)?))
                })?
                .collect()
        })
    }

    fn add_token(&self, token: &Token) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO tokens VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    token.id,
                    token.note,
                    token.hash,
                    token.role.as_str(),
                    token.scopes.join("\n"),
                    token.created.as_millis(),
                    token.expires.map(Timestamp::as_millis),
                    token.revoked.map(Timestamp::as_millis)
                ],
            )?;
            Ok(())
        })
    }

    fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT id, note, hash, role, scopes, created, expires, revoked FROM tokens ORDER BY created, id",
                )?
                .query_map([], |row| {
                    let (role, scopes): (String, String) = (row.get(3)?, row.get(4)?);
                    Ok(Token {
                        id: row.get(0)?,
                        note: row.get(1)?,
                        hash: row.get(2)?,
                        role: Role::parse(&role).unwrap_or(Role::Client),
                        scopes: scopes.lines().map(str::to_owned).collect(),
                        created: time_at(row, 5)?.unwrap_or(Timestamp::from_millis(0)),
                        expires: time_at(row, 6)?,
                        revoked: time_at(row, 7)?,
                    })
                })?
                .collect()
        })
    }

    fn revoke_token(&self, id: &str, at: Timestamp) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let changed = transaction.execute(
                "UPDATE tokens SET revoked = ?2 WHERE id = ?1 AND revoked IS NULL",
                params![id, at.as_millis()],
            )?;
            Ok(changed > 0)
        })
    }

    fn keep_locked(&self, locked: &[Locked]) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut add = transaction.prepare_cached("INSERT OR IGNORE INTO locked VALUES(?1, ?2, ?3)")?;
            for one in locked {
                add.execute(params![one.name.as_str(), one.version.as_str(), one.content])?;
            }
            Ok(())
        })
    }

    fn locked(&self, name: &PackageName) -> Result<Vec<Locked>, StoreError> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT version, content FROM locked WHERE name = ?1 ORDER BY version, content",
                )?
                .query_map([name.as_str()], |row| {
                    Ok(Locked {
                        name: name.clone(),
                        version: version_at(row, 0)?,
                        content: row.get(1)?,
                    })
                })?
                .collect()
        })
    }
}
