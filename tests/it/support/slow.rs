//! Readers of base64 and DER that are slow and plain, against which those of the core are held.

pub(crate) const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes of base64 with padding, bit by bit.
pub(crate) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut letters = text.to_vec();
    while letters.last() == Some(&b'=') {
        letters.pop();
    }
    let padding = text.len() - letters.len();
    let is_whole = text.len().is_multiple_of(4) && padding <= 2;
    is_whole.then(|| unpadded(&letters)).flatten()
}

/// The bytes of base64 in the alphabet for URLs, without padding.
pub(crate) fn base64_url(text: &[u8]) -> Option<Vec<u8>> {
    let standard = |letter: &u8| match letter {
        b'-' => b'+',
        b'_' => b'/',
        b'+' | b'/' => b'?',
        other => *other,
    };
    unpadded(&text.iter().map(standard).collect::<Vec<_>>())
}

fn unpadded(letters: &[u8]) -> Option<Vec<u8>> {
    let mut bits = Vec::new();
    for letter in letters {
        let value = ALPHABET.iter().position(|known| known == letter)?;
        bits.extend((0..6).rev().map(|bit| value >> bit & 1));
    }
    let (whole, rest) = bits.split_at(bits.len() / 8 * 8);
    // The bits that stand for nothing are zero, and fewer than those of a letter.
    if rest.len() >= 6 || rest.contains(&1) {
        return None;
    }
    let byte = |bits: &[usize]| bits.iter().fold(0, |byte, bit| byte << 1 | bit);
    whole.chunks(8).map(|bits| u8::try_from(byte(bits)).ok()).collect()
}

/// The order of P-256, from FIPS 186-4, section D.1.2.3.
pub(crate) const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// `r` and `s` of a signature of ECDSA with P-256 in DER. There is one form of each, so what is read is written again.
pub(crate) fn signature(der: &[u8]) -> Option<[[u8; 32]; 2]> {
    let start = usize::from(*der.get(3)?);
    let first = der.get(4..4 + start)?;
    let second = der.get(4 + start + 2..)?;
    let numbers = [number(first)?, number(second)?];
    let are_in_range = numbers.iter().all(|number| *number != [0; 32] && *number < ORDER);
    (are_in_range && signature_in_der(numbers) == der).then_some(numbers)
}

/// The 32 bytes of a number that has no more of them.
fn number(bytes: &[u8]) -> Option<[u8; 32]> {
    let bytes: Vec<_> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    let zeros = 32_usize.checked_sub(bytes.len())?;
    let mut number = vec![0; zeros];
    number.extend(bytes);
    number.try_into().ok()
}

/// A signature in DER: a sequence of two integers. Neither has 128 bytes, so that each length is one byte.
pub(crate) fn signature_in_der(numbers: [[u8; 32]; 2]) -> Vec<u8> {
    let integers = numbers.map(|number| {
        let mut digits: Vec<_> = number.into_iter().skip_while(|byte| *byte == 0).collect();
        // A first bit of one, or no byte at all, would be another number.
        if digits.first().is_none_or(|first| *first >= 0x80) {
            digits.insert(0, 0);
        }
        tagged(0x02, digits)
    });
    tagged(0x30, integers.concat())
}

fn tagged(tag: u8, content: Vec<u8>) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    [vec![tag, length], content].concat()
}

/// The order without this number: with it, a signature is right as well.
pub(crate) fn other_s(number: [u8; 32]) -> [u8; 32] {
    let mut other = ORDER;
    let mut borrowed = false;
    for (digit, less) in other.iter_mut().zip(number).rev() {
        let (left, first) = digit.overflowing_sub(less);
        let (left, second) = left.overflowing_sub(u8::from(borrowed));
        (*digit, borrowed) = (left, first || second);
    }
    other
}
