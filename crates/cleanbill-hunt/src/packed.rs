//! Bytes as they were before they were packed: gzip and zstd are undone while reading, other ways are named.
//! It knows no archive and no image; what the bytes are is for whoever asked.
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

/// Most memory one zstd frame may ask for, in bytes: what the tools that make images use stays below 8 MB, and
/// `zstd --ultra` below this.
const MAX_WINDOW_BYTES: u64 = 128 * 1024 * 1024;
/// How the frames of zstd begin, and those it passes over: the upper 28 bits of the second.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const SKIPPED: [u8; 3] = [0x2a, 0x4d, 0x18];
/// How bytes begin that are packed in a way not read here, and what it is called.
const UNREAD: &[(&[u8], &str)] = &[
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
    (b"PK\x03\x04", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"LZIP", "lzip"),
];

/// The bytes unpacked, or as they are where nothing packed them.
///
/// # Errors
/// When they cannot be read, or are packed in a way that is not read here.
pub fn unpacked<'a>(reader: impl Read + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut reader = BufReader::new(reader);
    // A buffer filled once may hold less than the longest mark; what is shorter than a mark is no packed file.
    let start = reader.fill_buf()?;
    if start.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(BufReader::new(MultiGzDecoder::new(reader))));
    }
    if start.starts_with(&ZSTD) || start.get(1..4) == Some(&SKIPPED) {
        return Ok(Box::new(BufReader::new(Zstd::new(reader))));
    }
    if let Some((_, name)) = UNREAD.iter().find(|(mark, _)| start.starts_with(mark)) {
        return Err(io::Error::new(
            io::ErrorKind::Unsupported,
            format!("it is packed with {name}, which is not read; unpack it and hunt again"),
        ));
    }
    Ok(Box::new(reader))
}

/// Frame after frame of zstd: images in chunks have many, with frames between that are passed over.
struct Zstd<R> {
    source: R,
    decoder: FrameDecoder,
    open: bool,
}

impl<R: BufRead> Zstd<R> {
    fn new(source: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MAX_WINDOW_BYTES);
        Self {
            source,
            decoder,
            open: false,
        }
    }

    /// Begins the next frame; false at the end of all.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    let passed = io::copy(&mut self.source.by_ref().take(length), &mut io::sink())?;
                    if passed < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(broken(error)),
            }
        }
        Ok(false)
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.open && !self.begin()? {
                return Ok(0);
            }
            self.open = true;
            if buffer.is_empty() || self.decoder.can_collect() > 0 {
                return self.decoder.read(buffer);
            }
            if self.decoder.is_finished() {
                self.open = false;
                continue;
            }
            self.decoder
                .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                .map_err(broken)?;
        }
    }
}

fn broken(error: FrameDecoderError) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("its zstd data is broken: {error}"),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        unpacked(bytes)?.read_to_end(&mut out)?;
        Ok(out)
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    #[test]
    fn frames_and_what_is_passed_over_between_them_are_one_stream() {
        let long = b"left 1.0.1 ".repeat(100_000);
        let mut packed = vec![0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        packed.extend(zstd(&long));
        packed.extend([0x5f, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
        packed.extend(zstd(b"end"));
        let mut whole = long;
        whole.extend(b"end");
        assert!(read(&packed).unwrap() == whole);
    }

    #[test]
    fn what_the_usual_tool_writes_is_read() {
        // `yes 'left 1.0.1' | head -c 4000 | zstd -19 --long=27`: a window, a match, and a checksum.
        let packed = [
            0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x88, 0x95, 0x00, 0x00, 0x58, 0x6c, 0x65, 0x66, 0x74, 0x20, 0x31,
            0x2e, 0x30, 0x2e, 0x31, 0x0a, 0x01, 0x00, 0x92, 0xb7, 0x5f, 0xbc, 0x14, 0xb7, 0xfa, 0x85,
        ];
        let plain: Vec<u8> = b"left 1.0.1\n".iter().copied().cycle().take(4_000).collect();
        assert_eq!(read(&packed).unwrap(), plain);
    }

    #[test]
    fn what_is_packed_otherwise_or_broken_is_named() {
        for (mark, name) in UNREAD {
            let error = read(&[mark, &[0_u8; 16][..]].concat()).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
        let mut cut = zstd(&b"left".repeat(1_000));
        cut.truncate(cut.len() - 3);
        assert!(read(&cut).is_err());
        // A window of two terabytes is refused before it is made.
        let greedy = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 0, 0, 0];
        assert!(read(&greedy).unwrap_err().to_string().contains("zstd"));
        assert_eq!(read(b"plain").unwrap(), b"plain");
        assert_eq!(read(b"").unwrap(), b"");
    }

    proptest! {
        #[test]
        fn any_bytes_come_back_and_any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..4_000)) {
            prop_assert_eq!(&read(&zstd(&bytes)).unwrap(), &bytes);
            let _ = read(&[&ZSTD[..], &bytes].concat());
            let _ = read(&[&[0x1f, 0x8b][..], &bytes].concat());
            let _ = read(&bytes);
        }
    }
}
