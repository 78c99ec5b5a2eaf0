//! The cache: confirmed, stale, offline, damaged, condensed, shared between processes.
use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use cleanbill_ports::{FetchError, Source};
use cleanbill_testkit::{Behaviour, PackageBuilder, Validators};
use cleanbill_upstream::{Cache, Condense, prune};
use tempfile::tempdir;

use crate::support::{cached, files, impatient, packument, registry, tarball, upstream};

#[tokio::test]
async fn a_fresh_copy_is_used_without_asking() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    let mut settings = cached(registry.url(), folder.path());
    settings.cache = Some(Cache::in_folder(folder.path()));
    let first = packument(&upstream(settings.clone()), "@scope/right")
        .await
        .unwrap();
    let second = packument(&upstream(settings), "@scope/right").await.unwrap();
    assert_eq!((first.source, second.source), (Source::Network, Source::Cache));
    assert_eq!(first.bytes, second.bytes);
    assert_eq!(registry.log().len(), 1);
    assert_eq!(registry.log()[0].raw_path, "/@scope%2fright");
    assert_eq!(registry.log()[0].header("accept"), Some("application/json"));
}

#[tokio::test]
async fn an_old_copy_is_confirmed_by_either_validator() {
    for (validators, header) in [
        (Validators::EntityTag, "if-none-match"),
        (Validators::LastModified, "if-modified-since"),
    ] {
        let (registry, folder) = (registry(), tempdir().unwrap());
        registry.validators(validators);
        let client = upstream(cached(registry.url(), folder.path()));
        let first = packument(&client, "left").await.unwrap();
        let second = packument(&client, "left").await.unwrap();
        assert_eq!((first.source, second.source), (Source::Network, Source::Cache));
        assert_eq!(first.bytes, second.bytes);
        let log = registry.log();
        assert_eq!(log[0].header(header), None);
        assert!(log[1].header(header).is_some());
    }
}

#[tokio::test]
async fn a_confirmed_copy_is_fresh_again() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    packument(&upstream(cached(registry.url(), folder.path())), "left")
        .await
        .unwrap();
    let file = &files(folder.path())[0];
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    fs::File::options()
        .append(true)
        .open(file)
        .unwrap()
        .set_modified(hour_ago)
        .unwrap();
    let mut settings = cached(registry.url(), folder.path());
    settings.cache = Some(Cache::in_folder(folder.path()));
    for _ in 0..3 {
        assert_eq!(
            packument(&upstream(settings.clone()), "left")
                .await
                .unwrap()
                .source,
            Source::Cache
        );
    }
    assert_eq!(registry.log().len(), 2);
}

#[tokio::test]
async fn a_changed_document_replaces_the_copy() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    let client = upstream(cached(registry.url(), folder.path()));
    let first = packument(&client, "left").await.unwrap();
    registry.publish(
        PackageBuilder::new("left")
            .release("1.0.0", &[])
            .release("1.0.1", &[])
            .build(),
    );
    let second = packument(&client, "left").await.unwrap();
    assert_eq!(second.source, Source::Network);
    assert_ne!(first.bytes, second.bytes);
    assert_eq!(packument(&client, "left").await.unwrap().bytes, second.bytes);
    assert_eq!(files(folder.path()).len(), 1);
}

#[tokio::test]
async fn offline_uses_what_is_kept_and_says_what_is_not() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    let mut settings = cached(registry.url(), folder.path());
    packument(&upstream(settings.clone()), "left").await.unwrap();
    tarball(&upstream(settings.clone()), &registry).await.unwrap();
    settings.offline = true;
    let client = upstream(settings);
    assert_eq!(packument(&client, "left").await.unwrap().source, Source::Stale);
    assert_eq!(tarball(&client, &registry).await.unwrap().source, Source::Stale);
    let error = packument(&client, "@scope/right").await.unwrap_err();
    assert_eq!(
        error,
        FetchError::Offline {
            what: "@scope/right".to_owned()
        }
    );
    assert_eq!(registry.log().len(), 2);
}

#[tokio::test]
async fn a_registry_that_fails_leaves_the_stale_copy_and_one_that_refuses_does_not() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    registry.validators(Validators::None);
    let settings = cached(registry.url(), folder.path());
    let first = packument(&upstream(settings.clone()), "left").await.unwrap();
    for behaviour in [
        Behaviour::Status(503),
        Behaviour::Drop { after: 0 },
        Behaviour::Html,
        Behaviour::PromisesTooMuch,
        Behaviour::SlowStart(Duration::from_secs(9)),
    ] {
        registry.order_always("/left", behaviour.clone());
        let settings = if matches!(behaviour, Behaviour::SlowStart(_)) {
            impatient(settings.clone())
        } else {
            settings.clone()
        };
        let fetched = packument(&upstream(settings), "left").await.unwrap();
        assert_eq!(
            (fetched.source, &fetched.bytes),
            (Source::Stale, &first.bytes),
            "{behaviour:?}"
        );
    }
    for status in [401, 403, 404] {
        registry.order_always("/left", Behaviour::Status(status));
        assert!(
            packument(&upstream(settings.clone()), "left").await.is_err(),
            "{status}"
        );
    }
}

#[tokio::test]
async fn damage_of_any_kind_is_noticed_and_mended() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    let mut settings = cached(registry.url(), folder.path());
    settings.cache = Some(Cache::in_folder(folder.path()));
    let whole = packument(&upstream(settings.clone()), "left")
        .await
        .unwrap()
        .bytes;
    let file = files(folder.path())[0].clone();
    let sound = fs::read(&file).unwrap();
    let mut damaged: Vec<Vec<u8>> = vec![Vec::new(), b"\n".to_vec(), sound[..sound.len() - 1].to_vec()];
    damaged.push([sound.as_slice(), b"x"].concat());
    damaged.push(vec![b'x'; 100_000]);
    damaged.push(
        sound
            .iter()
            .map(|byte| if *byte == b'1' { b'2' } else { *byte })
            .collect(),
    );
    damaged.push(
        String::from_utf8(sound.clone())
            .unwrap()
            .replacen("\"length\":", "\"length\":9", 1)
            .into_bytes(),
    );
    for bytes in damaged {
        fs::write(&file, bytes).unwrap();
        let fetched = packument(&upstream(settings.clone()), "left").await.unwrap();
        assert_eq!((fetched.source, &fetched.bytes), (Source::Network, &whole));
        let header = |bytes: &[u8]| bytes.iter().position(|byte| *byte == b'\n');
        let now = fs::read(&file).unwrap();
        assert_eq!(now[header(&now).unwrap()..], sound[header(&sound).unwrap()..]);
    }
}

#[tokio::test]
async fn a_confirmation_of_a_damaged_copy_is_not_believed() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    let settings = cached(registry.url(), folder.path());
    packument(&upstream(settings.clone()), "left").await.unwrap();
    let file = files(folder.path())[0].clone();
    let mut bytes = fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() = b'?';
    fs::write(&file, bytes).unwrap();
    assert_eq!(
        packument(&upstream(settings), "left").await.unwrap().source,
        Source::Network
    );
    let log = registry.log();
    assert_eq!(log.len(), 3);
    assert!(log[1].header("if-none-match").is_some() && log[2].header("if-none-match").is_none());
}

#[tokio::test]
async fn a_copy_that_was_only_ever_confirmed_is_fetched_whole_after_a_week() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    let settings = cached(registry.url(), folder.path());
    packument(&upstream(settings.clone()), "left").await.unwrap();
    let file = files(folder.path())[0].clone();
    let text = fs::read_to_string(&file).unwrap();
    let millis = |ago: u64| {
        let then = SystemTime::now() - Duration::from_secs(ago * 24 * 3600);
        then.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()
    };
    let (before, rest) = text.split_once("\"fetched\":").unwrap();
    let (_, after) = rest.split_once('}').unwrap();
    for (days, source) in [(6, Source::Cache), (8, Source::Network)] {
        fs::write(&file, format!("{before}\"fetched\":{}}}{after}", millis(days))).unwrap();
        assert_eq!(
            packument(&upstream(settings.clone()), "left")
                .await
                .unwrap()
                .source,
            source,
            "{days} days"
        );
    }
}

#[tokio::test]
async fn a_tarball_is_kept_as_it_came_and_by_content() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    let client = upstream(cached(registry.url(), folder.path()));
    let first = tarball(&client, &registry).await.unwrap();
    assert!(first.bytes.starts_with(&[0x1f, 0x8b]));
    let second = tarball(&client, &registry).await.unwrap();
    assert_eq!((second.source, &second.bytes), (Source::Cache, &first.bytes));
    assert_eq!(registry.log()[0].header("accept-encoding"), Some("identity"));
    let content = files(folder.path())
        .into_iter()
        .find(|path| path.to_string_lossy().contains("content"))
        .unwrap();
    assert_eq!(fs::read(&content).unwrap(), first.bytes.to_vec());
    fs::write(&content, b"something else").unwrap();
    assert_eq!(tarball(&client, &registry).await.unwrap().source, Source::Network);
}

#[tokio::test]
async fn what_is_kept_is_the_condensed_document_and_makes_are_kept_apart() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let condense = |id: &str, text: &'static str| {
        let calls = Arc::clone(&calls);
        Some(Condense {
            id: id.to_owned(),
            apply: Arc::new(move |document| {
                calls.fetch_add(1, Ordering::SeqCst);
                assert!(document.starts_with(b"{"));
                Some(text.as_bytes().to_vec())
            }),
        })
    };
    let mut settings = cached(registry.url(), folder.path());
    settings.condense = condense("v1", "{\"small\":1}");
    let client = upstream(settings.clone());
    for source in [Source::Network, Source::Cache] {
        let fetched = packument(&client, "left").await.unwrap();
        assert_eq!(
            (fetched.source, &*fetched.bytes),
            (source, b"{\"small\":1}".as_slice())
        );
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    settings.condense = condense("v2", "{\"other\":1}");
    assert_eq!(
        packument(&upstream(settings.clone()), "left")
            .await
            .unwrap()
            .source,
        Source::Network
    );
    settings.condense = Some(Condense {
        id: "v3".into(),
        apply: Arc::new(|_| None),
    });
    let error = packument(&upstream(settings), "left")
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("cannot be read as a packument"), "{error}");
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_costs_only_the_cache() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    let occupied = folder.path().join("file");
    fs::write(&occupied, "not a folder").unwrap();
    let client = upstream(cached(registry.url(), &occupied));
    assert_eq!(packument(&client, "left").await.unwrap().source, Source::Network);
}

#[tokio::test]
async fn pruning_keeps_the_newest_and_sweeps_up_after_the_dead() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    let client = upstream(cached(registry.url(), folder.path()));
    packument(&client, "left").await.unwrap();
    let old = files(folder.path())[0].clone();
    let hours_ago = SystemTime::now() - Duration::from_secs(3 * 3600);
    fs::File::options()
        .append(true)
        .open(&old)
        .unwrap()
        .set_modified(hours_ago)
        .unwrap();
    let abandoned = old.with_file_name(".part-1-1-1");
    fs::write(&abandoned, "half").unwrap();
    fs::File::options()
        .append(true)
        .open(&abandoned)
        .unwrap()
        .set_modified(hours_ago)
        .unwrap();
    packument(&client, "@scope/right").await.unwrap();
    let all = prune(folder.path(), u64::MAX, SystemTime::now()).unwrap();
    assert_eq!((all.removed, files(folder.path()).len()), (1, 2));
    let half = prune(folder.path(), all.kept - 1, SystemTime::now()).unwrap();
    assert_eq!(half.removed, 1);
    assert!(!old.exists());
    assert_eq!(
        prune(&folder.path().join("absent"), 0, SystemTime::now())
            .unwrap()
            .removed,
        0
    );
}
