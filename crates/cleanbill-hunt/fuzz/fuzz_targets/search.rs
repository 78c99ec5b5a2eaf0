//! Any bytes as a lockfile: the quick search rules out nothing that the format's own parser finds.
#![no_main]
use std::sync::LazyLock;

use cleanbill_hunt::{
    Watch,
    pins::{Pins, pins},
};
use cleanbill_lockfile::Origin;
use libfuzzer_sys::fuzz_target;

static WATCH: LazyLock<Watch> = LazyLock::new(|| {
    let campaign = r#"{"schema":"cleanbill-campaign/1","id":"a","name":"a","class":"hijack","confidence":"high","vector":"",
        "execution":{"when":[],"detail":""},"packages":[{"name":"a","versions":["1.0.1"]},{"name":"@b/c","whole":true}]}"#;
    Watch::new(vec![serde_json::from_str(campaign).expect("a campaign")]).expect("a watch")
});

fuzz_target!(|bytes: &[u8]| {
    for file in ["package-lock.json", "yarn.lock", "pnpm-lock.yaml"] {
        let Ok(lockfile) = cleanbill_lockfile::parse(file, bytes) else {
            continue;
        };
        let bad = lockfile.packages.iter().any(|locked| {
            let own = matches!(locked.origin, Origin::Link { .. } | Origin::Workspace { .. });
            let known = locked.name.as_ref().zip(locked.version.as_ref());
            !own && known
                .is_some_and(|(name, version)| WATCH.about(name.as_str(), version.as_str()).next().is_some())
        });
        match pins(&WATCH, file, bytes) {
            Pins::Read(found) => assert_eq!(found.is_empty(), !bad),
            Pins::Unreadable { .. } => panic!("what was read once cannot be read"),
        }
    }
});
