//! Feeds any bytes to the analysis as an entry file, a build description and an image.
//! It looks for panics and for work beyond the budget; verdicts are not its business.
#![no_main]
use std::sync::Arc;

use cleanbill_js::{Budget, Context, Package, REQUIRED_STACK_BYTES, SourceFile, analyse, shape};
use libfuzzer_sys::fuzz_target;

const MANIFEST: &[u8] = br#"{"name":"f","version":"1.0.0","main":"i.js","scripts":{"install":"node i.js"}}"#;

fuzz_target!(|data: &[u8]| {
    let file = |path: &str, bytes: &[u8]| SourceFile { path: path.to_owned(), bytes: Arc::from(bytes) };
    let package = Package {
        files: vec![file("package.json", MANIFEST), file("i.js", data), file("binding.gyp", data), file("a.png", data), file("b.ts", data)],
    };
    let text = String::from_utf8_lossy(data).into_owned();
    let worker = std::thread::Builder::new().stack_size(REQUIRED_STACK_BYTES).spawn(move || {
        let budget = Budget { max_steps: 300_000, ..Budget::default() };
        let analysis = analyse(&package, &Context::default(), &budget);
        let _ = shape(&text, "i.ts");
        assert!(analysis.steps < 100_000_000, "work beyond the budget");
    });
    if let Ok(worker) = worker {
        worker.join().expect("the analysis does not panic");
    }
});
