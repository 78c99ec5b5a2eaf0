//! One message on a pipe: its length as four bytes, big-endian, then its bytes.
use std::io::{self, Read, Write};

/// Largest message either way, in bytes: a tarball at its limit, or the facts read from one.
pub const MAX_FRAME_BYTES: usize = 512 * 1024 * 1024;

/// Reads one message; `None` at the end of the stream.
///
/// # Errors
/// When the stream breaks inside a message, or announces more than [`MAX_FRAME_BYTES`].
pub fn read(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut head = [0_u8; 4];
    match stream.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_be_bytes(head) as usize;
    if length > MAX_FRAME_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the message is larger than the limit",
        ));
    }
    let mut bytes = Vec::new();
    let read = stream
        .take(u64::from(u32::from_be_bytes(head)))
        .read_to_end(&mut bytes)?;
    if read != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(bytes))
}

/// Writes one message.
///
/// # Errors
/// When the stream breaks, or the message is larger than [`MAX_FRAME_BYTES`].
pub fn write(stream: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(&head(bytes)?)?;
    stream.write_all(bytes)?;
    stream.flush()
}

/// The four bytes before a message.
///
/// # Errors
/// When the message is larger than [`MAX_FRAME_BYTES`].
pub fn head(bytes: &[u8]) -> io::Result<[u8; 4]> {
    match u32::try_from(bytes.len()) {
        Ok(length) if bytes.len() <= MAX_FRAME_BYTES => Ok(length.to_be_bytes()),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the message is larger than the limit",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_a_cut_message_is_an_error() {
        let mut pipe = Vec::new();
        write(&mut pipe, b"one").unwrap();
        write(&mut pipe, b"").unwrap();
        let mut stream = pipe.as_slice();
        assert_eq!(read(&mut stream).unwrap().unwrap(), b"one");
        assert_eq!(read(&mut stream).unwrap().unwrap(), b"");
        assert!(read(&mut stream).unwrap().is_none());
        assert!(read(&mut &pipe[..5]).is_err());
        assert!(read(&mut [0xff_u8; 8].as_slice()).is_err());
    }
}
