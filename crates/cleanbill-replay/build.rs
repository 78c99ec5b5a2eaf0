//! Packs the replay that `cleanbill demo` plays into the program: a list of paths and bytes.
use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// The case that is played.
const CASE: &str = "../../corpus/replays/mastra-2026-06";

fn main() -> io::Result<()> {
    let case = Path::new(CASE).canonicalize()?;
    let mut files = Vec::new();
    collect(&case, &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        let relative = file.strip_prefix(&case).map_err(io::Error::other)?;
        list.push_str(&format!(
            "    ({:?}, include_bytes!({:?})),\n",
            relative.display().to_string(),
            file.display().to_string()
        ));
    }
    list.push_str("]\n");
    println!("cargo::rerun-if-changed={CASE}");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("no OUT_DIR"))?);
    fs::write(out.join("demo.rs"), list)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
