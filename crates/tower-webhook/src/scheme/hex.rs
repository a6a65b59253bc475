//! Hexadecimal digits of a MAC, read without a branch per digit.

/// The bytes that 64 lower-case hexadecimal digits stand for; `None` for anything else, upper case included.
///
/// Each step is one plain loop over bytes: that is what compilers turn into vector instructions.
#[inline(always)]
#[allow(clippy::inline_always, reason = "the bytes are written where they are to be")]
pub(super) fn decode(digits: &[u8]) -> Option<[u8; 32]> {
    // By value, so that it is plain that nothing written below is read from there.
    let digits: [u8; 64] = digits.try_into().ok()?;
    let nibbles = digits.map(value);
    let all = nibbles.iter().fold(0, |all, nibble| all | nibble);
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(nibbles.as_chunks().0) {
        // The high nibble comes first: it is shifted over the low one, and both are in the upper half.
        let [_, both] = u16::from_le_bytes(*pair).wrapping_mul(0x1001).to_le_bytes();
        *byte = both;
    }
    (all < 16).then_some(bytes)
}

/// The value of a digit; 16 or more for what is none.
#[inline]
fn value(digit: u8) -> u8 {
    // Digits alone become 0xf6 and more. Six less, and they alone are 0xf0 and more, whatever stops at zero.
    let decimal = digit.wrapping_add(u8::MAX - b'9').saturating_sub(6).wrapping_sub(0xf0);
    let letter = digit.wrapping_sub(b'a').saturating_add(10);
    decimal.min(letter)
}

/// The 64 lower-case hexadecimal digits of these bytes.
#[cfg(feature = "sign")]
pub(super) fn encode(bytes: &[u8; 32]) -> [u8; 64] {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    let mut digits = [0; 64];
    for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(byte & 0xf)];
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_read_back() {
        for byte in 0..=u8::MAX {
            let digits = format!("{byte:02x}").repeat(32);
            assert_eq!(decode(digits.as_bytes()), Some([byte; 32]));
            #[cfg(feature = "sign")]
            assert_eq!(encode(&[byte; 32]), digits.as_bytes());
        }
    }

    #[test]
    fn the_order_of_digits_is_kept() {
        let bytes: [u8; 32] = std::array::from_fn(|i| u8::try_from(i * 7 % 256).unwrap());
        let digits = bytes.map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(decode(digits.as_bytes()), Some(bytes));
    }

    #[test]
    fn any_other_byte_anywhere_is_refused() {
        for position in 0..64 {
            for byte in 0..=u8::MAX {
                let mut digits = [b'0'; 64];
                digits[position] = byte;
                let lower_hex = byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                assert_eq!(decode(&digits).is_some(), lower_hex, "{byte:#x} at {position}");
            }
        }
    }

    #[test]
    fn any_other_length_is_refused() {
        for length in (0..64).chain(65..=130) {
            assert_eq!(decode(&vec![b'0'; length]), None, "{length}");
        }
    }
}
