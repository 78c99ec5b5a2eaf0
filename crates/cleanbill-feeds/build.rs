//! Joins the campaign files into one text for the program to carry.
//! It reads nothing in them; a file put into `data/campaigns` is in the pack, and no list names it.
#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads files and is told where to write"
)]
use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("data/campaigns");
    println!("cargo::rerun-if-changed=data/campaigns");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    let mut texts = Vec::with_capacity(files.len());
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        texts.push(fs::read_to_string(file)?);
    }
    let out = Path::new(&env::var_os("OUT_DIR").ok_or("no OUT_DIR")?).join("campaigns.json");
    fs::write(out, format!("[{}]", texts.join(",")))?;
    Ok(())
}
