//! Keys and signatures of campaign files: what is carried to machines without a network should arrive unchanged.
//! It reads and writes files; what a signature is, the room of exchanges knows.
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use cleanbill_hunt::exchange::signed::{MAX_TEXT_BYTES, PublicKey, SigningKey};

use crate::{cli::Common, commands::campaign::MAX_IMPORT_BYTES, failure::Failure, output, world::World};

/// How the file with a signature is called: that of the signed file, and this.
pub const ENDING: &str = ".minisig";

/// `campaign keys`.
#[derive(Debug, Args)]
pub struct KeysArguments {
    /// Where the secret key goes; the file must not be there yet
    #[arg(long, value_name = "FILE")]
    secret: PathBuf,
    /// Where the public key goes
    #[arg(long, value_name = "FILE")]
    public: PathBuf,
}

/// `campaign sign`.
#[derive(Debug, Args)]
pub struct SignArguments {
    /// The file to sign: a campaign, a list of them, a feed
    file: PathBuf,
    /// The secret key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// A line for people that the signature covers as well
    #[arg(long, default_value = "")]
    comment: String,
}

/// `campaign verify`.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The signed file
    file: PathBuf,
    /// The public key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The signature; the file's name and `.minisig` where none is named
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
}

/// Draws a pair of keys.
///
/// # Errors
/// When a file cannot be written, or the secret one is there already.
pub fn keys(arguments: &KeysArguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let key = SigningKey::generate().map_err(|error| Failure::ours("cannot draw a key").because(&error))?;
    let secret = world.folder.join(&arguments.secret);
    let cannot = |path: &Path, error: &std::io::Error| {
        Failure::usage(format!("cannot write `{}`", path.display())).because(error)
    };
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&secret).map_err(|error| {
        cannot(&arguments.secret, &error).hint("a secret key is never written over: name a new file")
    })?;
    file.write_all(key.to_text().as_bytes())
        .map_err(|error| cannot(&arguments.secret, &error))?;
    fs::write(world.folder.join(&arguments.public), key.public().to_text())
        .map_err(|error| cannot(&arguments.public, &error))?;
    output::answer(&format!("key {}\n", key.public().id()), common)?;
    output::remark(
        "note: keep the secret key where no build reads it, and give the public one away",
        common,
    );
    Ok(ExitCode::SUCCESS)
}

/// Signs a file.
///
/// # Errors
/// When it or the key cannot be read.
pub fn sign(arguments: &SignArguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let unusable = |error: &dyn std::error::Error| {
        Failure::usage(format!("cannot sign with `{}`", arguments.key.display())).because(error)
    };
    let key = SigningKey::parse(&super::needed(&arguments.key, MAX_TEXT_BYTES, world)?).map_err(|error| {
        unusable(&error)
            .hint("`cleanbill campaign keys` makes a pair, and so does `openssl genpkey -algorithm ed25519`")
    })?;
    let text = super::needed(&arguments.file, MAX_IMPORT_BYTES, world)?;
    let signature = key
        .sign(text.as_bytes(), &arguments.comment)
        .map_err(|error| unusable(&error))?;
    output::answer(&signature, common)?;
    if common.output.is_none() {
        output::remark(
            &format!(
                "note: keep it beside the file, as `{}{ENDING}`",
                arguments.file.display()
            ),
            common,
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks a signature: 0 where it counts, 1 where it does not.
///
/// # Errors
/// When a file cannot be read, or the key is none.
pub fn verify(arguments: &VerifyArguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let key = public(&arguments.key, world)?;
    let text = super::needed(&arguments.file, MAX_IMPORT_BYTES, world)?;
    let beside = arguments
        .signature
        .clone()
        .unwrap_or_else(|| beside(&arguments.file));
    let signature = super::needed(&beside, MAX_TEXT_BYTES, world)?;
    let shown = arguments.file.display();
    let (line, code) = match key.verify(text.as_bytes(), &signature) {
        Ok(comment) if comment.is_empty() => (format!("`{shown}` was signed by key {}", key.id()), 0),
        Ok(comment) => (format!("`{shown}` was signed by key {}: {comment}", key.id()), 0),
        Err(error) => (format!("`{shown}` is not to be trusted: {error}"), 1),
    };
    output::answer(
        &format!("{}\n", cleanbill_report::escape::terminal::line(&line)),
        common,
    )?;
    Ok(ExitCode::from(code))
}

/// Reads a public key.
///
/// # Errors
/// When it is none.
pub fn public(path: &Path, world: &World) -> Result<PublicKey, Failure> {
    PublicKey::parse(&super::needed(path, MAX_TEXT_BYTES, world)?)
        .map_err(|error| Failure::usage(format!("cannot read the key `{}`", path.display())).because(&error))
}

/// The name of a file's signature.
#[must_use]
pub fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ENDING);
    name.into()
}
