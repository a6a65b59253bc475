//! The hexadecimal digits of a MAC, decoded without a branch for each digit.

/// The bytes that lower-case hexadecimal digits stand for; `None` for anything else, upper case included.
///
/// Every request pays for it. Each step is one plain loop over bytes, which compilers turn into vector instructions.
#[inline]
pub(super) fn decode<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    if digits.len() != 2 * N {
        return None;
    }
    let (pairs, _) = digits.as_chunks();
    // By value, so that the compiler sees that the loops below do not write to it.
    let mut nibbles: [[u8; 2]; N] = pairs.try_into().ok()?;
    for digit in nibbles.as_flattened_mut() {
        *digit = value(*digit);
    }
    let all = nibbles.as_flattened().iter().fold(0, |all, nibble| all | nibble);
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(&nibbles) {
        // The high nibble comes first. The multiplication joins both in the upper half of the product.
        let [_, both] = u16::from_le_bytes(*pair).wrapping_mul(0x1001).to_le_bytes();
        *byte = both;
    }
    (all < 16).then_some(bytes)
}

/// The value of a digit; 16 or more for any other byte.
#[inline]
fn value(digit: u8) -> u8 {
    // The addition maps digits, and only digits, to 0xf6 and above; the subtractions map those to 0 to 9.
    let decimal = digit.wrapping_add(u8::MAX - b'9').saturating_sub(6).wrapping_sub(0xf0);
    let letter = digit.wrapping_sub(b'a').saturating_add(10);
    decimal.min(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_read_back() {
        for byte in 0..=u8::MAX {
            let digits = format!("{byte:02x}").repeat(32);
            assert_eq!(decode(digits.as_bytes()), Some([byte; 32]));
        }
    }

    #[test]
    fn any_other_byte_at_any_position_is_refused() {
        for position in 0..64 {
            for byte in 0..=u8::MAX {
                let mut digits = [b'0'; 64];
                digits[position] = byte;
                let lower_hex = byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                assert_eq!(decode::<32>(&digits).is_some(), lower_hex, "{byte:#x} at {position}");
            }
        }
    }

    #[test]
    fn any_other_length_is_refused() {
        for length in (0..64).chain(65..=130) {
            assert_eq!(decode::<32>(&vec![b'0'; length]), None, "{length}");
        }
    }
}
