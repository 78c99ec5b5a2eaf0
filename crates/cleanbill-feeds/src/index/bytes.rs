//! Numbers and texts to bytes and back, every read checked against the end.
//! It gives no meaning to what it carries.

/// The bytes are not what the writer wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("damaged at {part}")]
pub struct Damaged {
    /// Which part could not be read.
    pub part: &'static str,
}

/// Appends.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Seven bits a byte, least first; the top bit says that more follows.
    pub(super) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(low(value) | 0x80);
            value >>= 7;
        }
        self.bytes.push(low(value));
    }

    /// Small in either direction stays short.
    pub(super) fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    pub(super) fn blob(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }
}

fn low(value: u64) -> u8 {
    value.to_le_bytes().first().copied().unwrap_or_default() & 0x7f
}

/// Reads from the front.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    part: &'static str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(rest: &'a [u8], part: &'static str) -> Self {
        Self { rest, part }
    }

    /// Names what is read next, for the message.
    pub(super) fn at(&mut self, part: &'static str) -> &mut Self {
        self.part = part;
        self
    }

    pub(super) fn damaged(&self) -> Damaged {
        Damaged { part: self.part }
    }

    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Damaged> {
        let (head, tail) = self.rest.split_at_checked(count).ok_or(self.damaged())?;
        self.rest = tail;
        Ok(head)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Damaged> {
        let (first, tail) = self.rest.split_first().ok_or(self.damaged())?;
        self.rest = tail;
        Ok(*first)
    }

    pub(super) fn number(&mut self) -> Result<u64, Damaged> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(self.damaged());
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.damaged())
    }

    pub(super) fn signed(&mut self) -> Result<i64, Damaged> {
        let value = self.number()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// A count of things of at least one byte each, so never more than bytes are left.
    pub(super) fn count(&mut self) -> Result<usize, Damaged> {
        let count = usize::try_from(self.number()?).map_err(|_| self.damaged())?;
        if count > self.left() {
            Err(self.damaged())
        } else {
            Ok(count)
        }
    }

    pub(super) fn blob(&mut self) -> Result<&'a [u8], Damaged> {
        let count = self.count()?;
        self.take(count)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Damaged> {
        let bytes = self.blob()?;
        std::str::from_utf8(bytes).map_err(|_| self.damaged())
    }

    pub(super) fn u32(&mut self) -> Result<u32, Damaged> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, Damaged> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let bytes = self.take(N)?;
        bytes.try_into().map_err(|_| self.damaged())
    }
}

/// A 64-bit mix of bytes under a seed: FNV-1a with a final avalanche, so that all bits are usable.
/// It finds damage and spreads names; it is no digest against a forger.
pub(super) fn mix(seed: u64, bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// The low half of a mix, for a check of four bytes.
pub(super) fn check(seed: u64, bytes: &[u8]) -> u32 {
    let [a, b, c, d, ..] = mix(seed, bytes).to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        let mut writer = Writer::default();
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let signed = [0, -1, 1, i64::MIN, i64::MAX];
        numbers.iter().for_each(|n| writer.number(*n));
        signed.iter().for_each(|n| writer.signed(*n));
        let mut cursor = Cursor::new(&writer.bytes, "test");
        for n in numbers {
            assert_eq!(cursor.number(), Ok(n));
        }
        for n in signed {
            assert_eq!(cursor.signed(), Ok(n));
        }
        assert_eq!(cursor.left(), 0);
        assert!(cursor.number().is_err());
    }

    #[test]
    fn a_number_that_never_ends_or_overflows_is_damage() {
        assert!(Cursor::new(&[0xff; 20], "test").number().is_err());
        assert!(
            Cursor::new(
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
                "test"
            )
            .number()
            .is_err()
        );
    }

    #[test]
    fn a_text_longer_than_what_is_left_is_damage() {
        let mut writer = Writer::default();
        writer.number(1_000_000);
        assert!(Cursor::new(&writer.bytes, "test").text().is_err());
        assert!(Cursor::new(&[1, 0xff], "test").text().is_err());
    }
}
