//! The suite of [`GateStore`].
//! It does not know where anything is kept.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a suite fails by panicking"
)]
use cleanbill_model::{PackageName, Purl, Timestamp, Verdict, Version};
use cleanbill_ports::{
    Event, EventKind, GateStore, KeptVerdict, Locked, Role, Sighting, Token, chain::Verifier,
};

fn name(text: &str) -> PackageName {
    PackageName::parse(text).expect("a package name")
}

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// An event on a release.
///
/// # Panics
/// When the name or the version is none.
#[must_use]
pub fn event(kind: EventKind, package: &str, of: &str, who: &str, millis: i64) -> Event {
    Event {
        name: Some(name(package)),
        version: Some(version(of)),
        content: "sha512-eA==".into(),
        verdict: Some(if kind == EventKind::Served {
            Verdict::Allow
        } else {
            Verdict::Block
        }),
        ..Event::plain(at(millis), kind, who, "a \"sentence\"\nof two lines \u{2603}")
    }
}

/// Runs the suite on an empty store; `open` gives a new handle to the same store each time.
///
/// # Panics
/// When the store breaks a promise of the port.
pub fn gate_store<S: GateStore>(open: impl Fn() -> S + Sync) {
    let store = open();
    store.check().expect("a store that can be used");
    sightings(&store, &open);
    verdicts(&store, &open);
    log(&store, &open);
    tokens(&store, &open);
    locked(&store, &open);
    store.check().expect("a store that can still be used");
}

fn sightings<S: GateStore>(store: &S, open: &impl Fn() -> S) {
    let left = name("left");
    let sighting = |of: &str, content: &str| Sighting {
        version: version(of),
        content: content.to_owned(),
    };
    let see = |store: &S, millis, sightings: &[Sighting]| {
        store.see(&left, at(millis), sightings).expect("sightings")
    };
    let first = see(store, 1_000, &[sighting("1.0.0", "a"), sighting("1.1.0", "b")]);
    assert!(
        first
            .iter()
            .all(|seen| seen.first == at(1_000) && seen.floor.is_none()),
        "{first:?}"
    );
    let again = see(&open(), 5_000, &[sighting("1.1.0", "b"), sighting("1.2.0", "c")]);
    assert_eq!(
        (again[0].first, again[0].floor),
        (at(1_000), None),
        "the first sighting stays"
    );
    assert_eq!(
        (again[1].first, again[1].floor),
        (at(5_000), Some(at(1_000))),
        "a version that was not there a moment ago is no older than that moment"
    );
    let swapped = see(store, 9_000, &[sighting("1.0.0", "other bytes")]);
    assert_eq!(
        (swapped[0].first, swapped[0].floor),
        (at(9_000), Some(at(5_000))),
        "other bytes behind a known version are new"
    );
    let back = see(store, 2_000, &[sighting("1.2.0", "c")]);
    assert_eq!(
        (back[0].first, back[0].floor),
        (at(5_000), Some(at(1_000))),
        "a clock that jumps back"
    );
    let after = see(store, 10_000, &[sighting("1.3.0", "d")]);
    assert_eq!(
        after[0].floor,
        Some(at(9_000)),
        "a clock that jumped back forgets nothing"
    );
    assert!(see(store, 10_000, &[]).is_empty());
    let right = store
        .see(&name("right"), at(1), &[sighting("1.0.0", "a")])
        .expect("sightings");
    assert_eq!((right[0].first, right[0].floor), (at(1), None), "another package");
}

fn verdicts<S: GateStore>(store: &S, open: &(impl Fn() -> S + Sync)) {
    let verdict = |verdict, sentence: &str, decided| KeptVerdict {
        verdict,
        until: Some(at(77)),
        sentence: sentence.to_owned(),
        json: "{\"a\":\"\\u0000 \u{2603}\"}".to_owned(),
        decided: at(decided),
    };
    let never = at(0);
    let one = verdict(Verdict::Quarantine, "first", 10);
    assert_eq!(store.verdict("c1", "b1").expect("read"), None);
    assert_eq!(store.keep_verdict("c1", "b1", &one, never).expect("kept"), one);
    assert_eq!(open().verdict("c1", "b1").expect("read"), Some(one.clone()));
    let two = verdict(Verdict::Allow, "second", 20);
    assert_eq!(
        store.keep_verdict("c1", "b1", &two, never).expect("kept"),
        one,
        "the first stays"
    );
    assert_eq!(
        store.keep_verdict("c1", "b2", &two, never).expect("kept"),
        two,
        "another basis"
    );
    assert_eq!(store.verdict("c2", "b1").expect("read"), None, "another content");
    assert_eq!(
        store.keep_verdict("c1", "b1", &two, at(11)).expect("kept"),
        two,
        "an old one is renewed"
    );
    let told: Vec<KeptVerdict> = std::thread::scope(|scope| {
        let racing: Vec<_> = (0..6)
            .map(|n| {
                let mine = verdict(Verdict::Block, &format!("racer {n}"), 30);
                scope.spawn(move || open().keep_verdict("raced", "b", &mine, never).expect("kept"))
            })
            .collect();
        racing
            .into_iter()
            .map(|racer| racer.join().expect("a thread"))
            .collect()
    });
    assert!(
        told.iter().all(|verdict| *verdict == told[0]),
        "replicas say different things: {told:?}"
    );
}

fn log<S: GateStore>(store: &S, open: &(impl Fn() -> S + Sync)) {
    assert_eq!(store.entries(0, 10).expect("read"), []);
    let left = event(EventKind::Served, "left", "1.0.0", "192.0.2.1", 1);
    let scoped = event(EventKind::Refused, "@acme/left", "1.0.0", "192.0.2.2", 2);
    let newer = event(EventKind::Served, "left", "1.1.0", "192.0.2.3", 3);
    let plain = Event::plain(at(4), EventKind::Gate, "admin", "started");
    let last = store
        .append(&[left.clone(), scoped.clone(), newer.clone(), plain.clone()])
        .expect("written");
    assert_eq!(last, 4);
    assert_eq!(
        store.append(&[]).expect("nothing"),
        4,
        "nothing is added by nothing"
    );
    let about = |package: &str, of: Option<&str>, limit| {
        store
            .about(&name(package), of.map(version).as_ref(), limit)
            .expect("read")
    };
    assert_eq!(
        about("left", None, 9),
        [newer.clone(), left.clone()],
        "the newest first"
    );
    assert_eq!(about("left", Some("1.0.0"), 9), std::slice::from_ref(&left));
    assert_eq!(about("left", None, 1), [newer]);
    assert_eq!(about("@acme/left", None, 9), [scoped]);
    assert_eq!(about("absent", None, 9), []);
    assert_eq!(store.of_kind(EventKind::Gate, 9).expect("read"), [plain]);
    store.append(std::slice::from_ref(&left)).expect("written");
    let purl = |package: &str, of: &str| Purl::new(name(package), version(of));
    let served = [purl("left", "1.0.0"), purl("left", "1.1.0")];
    assert_eq!(
        store.served(None, 9).expect("read"),
        served,
        "each once, refused ones not at all"
    );
    assert_eq!(store.served(Some(&served[0]), 9).expect("read"), served[1..]);
    assert_eq!(store.served(None, 1).expect("read"), served[..1]);

    std::thread::scope(|scope| {
        for n in 0..4 {
            scope.spawn(move || {
                let store = open();
                for m in 0..10 {
                    let who = format!("writer {n}");
                    let pair = [
                        event(EventKind::Served, "race", "1.0.0", &who, m),
                        event(EventKind::Served, "race", "1.0.1", &who, m),
                    ];
                    store.append(&pair).expect("written");
                }
            });
        }
    });
    let mut verifier = Verifier::default();
    let mut pairs = Vec::new();
    loop {
        let piece = store.entries(verifier.number(), 7).expect("read");
        if piece.is_empty() {
            break;
        }
        verifier.follow(&piece).expect("a whole chain");
        pairs.extend(piece.iter().filter_map(|entry| Event::from_text(&entry.text)));
    }
    assert_eq!(verifier.number(), 5 + 80);
    let raced: Vec<&Event> = pairs
        .iter()
        .filter(|event| event.name == Some(name("race")))
        .collect();
    assert!(
        raced.chunks(2).all(|pair| pair[0].who == pair[1].who),
        "one call is not in one piece"
    );
}

fn tokens<S: GateStore>(store: &S, open: &impl Fn() -> S) {
    assert_eq!(store.tokens().expect("read"), []);
    let token = Token {
        id: "ci".into(),
        note: "the build machines".into(),
        hash: "ab".repeat(32),
        role: Role::Client,
        scopes: vec!["@acme/*".into(), "left".into()],
        created: at(5),
        expires: Some(at(500)),
        revoked: None,
    };
    let admin = Token {
        id: "me".into(),
        hash: "cd".repeat(32),
        role: Role::Admin,
        scopes: Vec::new(),
        created: at(6),
        expires: None,
        ..token.clone()
    };
    store.add_token(&token).expect("added");
    store.add_token(&admin).expect("added");
    assert!(store.add_token(&token).is_err(), "an id is taken once");
    assert_eq!(open().tokens().expect("read"), [token.clone(), admin.clone()]);
    assert!(store.revoke_token("ci", at(9)).expect("revoked"));
    assert!(!store.revoke_token("ci", at(10)).expect("again"), "revoked once");
    assert!(!store.revoke_token("absent", at(10)).expect("absent"));
    let revoked = Token {
        revoked: Some(at(9)),
        ..token
    };
    assert_eq!(open().tokens().expect("read"), [revoked, admin]);
}

fn locked<S: GateStore>(store: &S, open: &impl Fn() -> S) {
    let one = |of: &str, content: &str| Locked {
        name: name("left"),
        version: version(of),
        content: content.to_owned(),
    };
    let all = [one("1.0.0", "a"), one("1.1.0", "")];
    store.keep_locked(&all).expect("kept");
    store.keep_locked(&all).expect("kept again");
    assert_eq!(open().locked(&name("left")).expect("read"), all);
    assert_eq!(store.locked(&name("right")).expect("read"), []);
}
