//! The child's loop: give everything up, then answer each message until the pipe closes.
use std::io::{self, Read, Write};

use crate::{
    confine::{Confinement, Limits, confine},
    frame,
};

/// Stack of the thread that reads hostile input, in bytes. Virtual until used; parsers and visitors
/// recurse, and a stack that ends ends the process.
pub const STACK_BYTES: usize = 256 * 1024 * 1024;

/// Serves `handler` over `input` and `output` until the input ends. The first message written says what
/// was taken away: three bytes, memory, files, calls.
///
/// # Errors
/// When the pipe breaks or the large stack cannot be had.
pub fn serve(
    input: &mut impl Read,
    output: &mut impl Write,
    limits: &Limits,
    handler: impl Fn(&[u8]) -> Vec<u8> + Send + 'static,
) -> io::Result<()> {
    let (to_reader, requests) = std::sync::mpsc::channel::<Vec<u8>>();
    let (to_parent, answers) = std::sync::mpsc::channel::<Vec<u8>>();
    // Started before the calls are closed: the stack is mapped while mapping is cheap to get.
    let reader = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || {
            for request in requests {
                if to_parent.send(handler(&request)).is_err() {
                    break;
                }
            }
        })?;
    let Confinement { limits, files, calls } = confine(limits);
    frame::write(output, &[u8::from(limits), u8::from(files), u8::from(calls)])?;
    while let Some(request) = frame::read(input)? {
        let gone = || io::Error::other("the reading thread is gone");
        to_reader.send(request).map_err(|_| gone())?;
        frame::write(output, &answers.recv().map_err(|_| gone())?)?;
    }
    drop(to_reader);
    reader
        .join()
        .map_err(|_| io::Error::other("the reading thread broke off"))
}
