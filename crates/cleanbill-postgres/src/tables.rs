//! The tables, and rows read as what they were written from.
//! It opens no connection.
use cleanbill_model::{PackageName, Purl, Timestamp, Verdict, Version};
use cleanbill_ports::{Chained, Event, KeptVerdict, Locked, Role, Token};
use postgres::Row;

/// The format of the tables.
pub(crate) const FORMAT: i32 = 1;
/// Whoever makes the tables holds this: several replicas start at one time.
pub(crate) const SETUP_LOCK: i64 = 0x0063_6c65_616e_6269;

pub(crate) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS cleanbill_format(version INTEGER NOT NULL);
INSERT INTO cleanbill_format SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM cleanbill_format);
CREATE TABLE IF NOT EXISTS cleanbill_documents(name TEXT PRIMARY KEY, seen BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS cleanbill_sightings(name TEXT, version TEXT, content TEXT, first BIGINT NOT NULL,
  floor BIGINT, PRIMARY KEY(name, version, content));
CREATE TABLE IF NOT EXISTS cleanbill_verdicts(content TEXT, basis TEXT, verdict TEXT NOT NULL, until BIGINT,
  sentence TEXT NOT NULL, json TEXT NOT NULL, decided BIGINT NOT NULL, PRIMARY KEY(content, basis));
CREATE TABLE IF NOT EXISTS cleanbill_log(number BIGINT PRIMARY KEY, kind TEXT NOT NULL, name TEXT, version TEXT,
  text TEXT NOT NULL, hash TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS cleanbill_log_about ON cleanbill_log(name, version) WHERE name IS NOT NULL;
CREATE INDEX IF NOT EXISTS cleanbill_log_kind ON cleanbill_log(kind, number) WHERE kind NOT IN ('served', 'refused');
CREATE TABLE IF NOT EXISTS cleanbill_served(name TEXT COLLATE \"C\", version TEXT COLLATE \"C\", PRIMARY KEY(name, version));
CREATE TABLE IF NOT EXISTS cleanbill_tokens(id TEXT PRIMARY KEY, note TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL, scopes TEXT NOT NULL, created BIGINT NOT NULL, expires BIGINT, revoked BIGINT);
CREATE TABLE IF NOT EXISTS cleanbill_locked(name TEXT, version TEXT COLLATE \"C\", content TEXT COLLATE \"C\",
  PRIMARY KEY(name, version, content));
";

/// What a row says that is none of ours.
#[derive(Debug)]
pub(crate) struct Strange(pub(crate) &'static str);

pub(crate) fn name(row: &Row, at: usize) -> Result<PackageName, Strange> {
    PackageName::parse(row.get::<_, &str>(at)).map_err(|_| Strange("a name that is none"))
}

pub(crate) fn version(row: &Row, at: usize) -> Result<Version, Strange> {
    Version::parse(row.get::<_, &str>(at)).map_err(|_| Strange("a version that is none"))
}

pub(crate) fn time(row: &Row, at: usize) -> Option<Timestamp> {
    row.get::<_, Option<i64>>(at).map(Timestamp::from_millis)
}

pub(crate) fn kept(row: &Row) -> Result<KeptVerdict, Strange> {
    let word: &str = row.get(0);
    let verdict = [
        Verdict::Allow,
        Verdict::Unassessed,
        Verdict::Quarantine,
        Verdict::Block,
    ]
    .into_iter()
    .find(|verdict| verdict.as_str() == word)
    .ok_or(Strange("a verdict that is none"))?;
    Ok(KeptVerdict {
        verdict,
        until: time(row, 1),
        sentence: row.get(2),
        json: row.get(3),
        decided: Timestamp::from_millis(row.get(4)),
    })
}

pub(crate) fn event(row: &Row) -> Option<Event> {
    // A text that is no event of ours is left to the chain's verifier.
    Event::from_text(row.get(0))
}

pub(crate) fn chained(row: &Row) -> Chained {
    Chained {
        number: row.get::<_, i64>(0).unsigned_abs(),
        text: row.get(1),
        hash: row.get(2),
    }
}

pub(crate) fn purl(row: &Row) -> Result<Purl, Strange> {
    Ok(Purl::new(name(row, 0)?, version(row, 1)?))
}

pub(crate) fn token(row: &Row) -> Token {
    Token {
        id: row.get(0),
        note: row.get(1),
        hash: row.get(2),
        role: Role::parse(row.get(3)).unwrap_or(Role::Client),
        scopes: row.get::<_, &str>(4).lines().map(str::to_owned).collect(),
        created: Timestamp::from_millis(row.get(5)),
        expires: time(row, 6),
        revoked: time(row, 7),
    }
}

pub(crate) fn locked(row: &Row, name: &PackageName) -> Result<Locked, Strange> {
    Ok(Locked {
        name: name.clone(),
        version: version(row, 0)?,
        content: row.get(1),
    })
}
