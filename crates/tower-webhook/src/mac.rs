//! HMAC-SHA256: a keyed state made once per secret, one run of it per body, and the constant-time comparison.
//!
//! This is the only file that names a crypto crate, and the only one that compares MACs.

use hmac::block_api::HmacCore;
use hmac::digest::Output;
use hmac::digest::block_api::{Buffer, FixedOutputCore, UpdateCore};
use hmac::{EagerHash, KeyInit};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use zeroize::ZeroizeOnDrop;

/// What the crate's `Hmac` is made of. A clone of it copies no buffer, which is empty in a key, and its end does not move it:
/// moving what was just written makes the processor wait.
type Core = HmacCore<Sha256>;

/// What a run holds wipes itself: a buffer, and the two states of which alone a [`Core`] is made, which has no such mark of its
/// own. Without sha2's feature for that, this does not compile.
const _: fn() = || {
    fn wipes_itself<T: ZeroizeOnDrop>() {}
    wipes_itself::<<Sha256 as EagerHash>::Core>();
    wipes_itself::<Buffer<Core>>();
};

/// The HMAC state after its key has gone in: cloning it is all that a request pays for the key.
///
/// It cannot be turned back into the secret, but whoever has it can sign, so it is wiped on drop and prints nothing.
#[derive(Clone)]
pub(crate) struct KeyedMac(Core);

impl KeyedMac {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(Core::new_from_slice(key).expect("HMAC takes a key of any length"))
    }

    #[inline]
    pub(crate) fn start(&self) -> RunningMac {
        RunningMac {
            core: self.0.clone(),
            begun: Buffer::<Core>::default(),
        }
    }

    /// Whether one of these is the MAC of these bytes: [`RunningMac::makes_one_of`] for what is there at once, with no state
    /// moved about.
    // Not inlined: with it, a caller's registers are spilled around every block of the hash.
    #[inline(never)]
    pub(crate) fn makes_one_of(
        &self,
        before: Option<&[&[u8]; 4]>,
        body: &[u8],
        first: &[u8; 32],
        others: &[[u8; 32]],
    ) -> bool {
        let mut mac = self.start();
        if let Some(parts) = before {
            for part in parts {
                mac.update(part);
            }
        }
        mac.update(body);
        mac.makes_one_of(first, others)
    }
}

/// The MAC of the bytes seen so far.
pub(crate) struct RunningMac {
    core: Core,
    /// A block that is not full yet.
    begun: Buffer<Core>,
}

impl RunningMac {
    #[inline]
    pub(crate) fn update(&mut self, chunk: &[u8]) {
        let Self { core, begun } = self;
        begun.digest_blocks(chunk, |blocks| core.update_blocks(blocks));
    }

    /// Whether one of these is the MAC of the bytes seen. All are compared, each in the same time whichever bit differs.
    #[inline]
    pub(crate) fn makes_one_of(&mut self, first: &[u8; 32], others: &[[u8; 32]]) -> bool {
        one_of(&self.finish(), first, others)
    }

    /// The MAC. Nothing is to be done with the run afterwards; it is not taken by value because that would move it.
    #[inline]
    pub(crate) fn finish(&mut self) -> [u8; 32] {
        let mut mac = Output::<Core>::default();
        self.core.finalize_fixed_core(&mut self.begun, &mut mac);
        mac.into()
    }
}

/// SHA-256 over the concatenation of `parts`.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

#[inline]
fn one_of(mac: &[u8; 32], first: &[u8; 32], others: &[[u8; 32]]) -> bool {
    let any = others
        .iter()
        .fold(same(mac, first), |any, other| any | same(mac, other));
    any.into()
}

/// Equality in constant time: the differences of all bytes, eight at a step, go into one word, and that is compared.
#[inline]
fn same(a: &[u8; 32], b: &[u8; 32]) -> Choice {
    let (a, _) = a.as_chunks();
    let (b, _) = b.as_chunks();
    let difference = a
        .iter()
        .zip(b)
        .fold(0, |all, (a, b)| all | u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b));
    difference.ct_eq(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_single_bit_counts() {
        let tag: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap());
        assert!(bool::from(same(&tag, &tag)));
        for bit in 0..256 {
            let mut other = tag;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!bool::from(same(&tag, &other)), "bit {bit}");
        }
    }

    #[test]
    fn the_key_goes_in_once() {
        let keyed = KeyedMac::new(b"Jefe");
        // RFC 4231, section 4.3.
        let tag = [
            0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00,
            0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43,
        ];
        for _ in 0..2 {
            let mut mac = keyed.start();
            mac.update(b"what do ya want ");
            mac.update(b"for nothing?");
            assert!(mac.makes_one_of(&tag, &[]));
        }
        assert!(!keyed.start().makes_one_of(&tag, &[]));
    }

    #[test]
    fn it_is_hmac_wherever_the_bytes_are_split() {
        use std::slice;

        use hmac::{Hmac, Mac};

        let key = b"longer than a block, so that it is hashed: 0123456789abcdef0123456789abcdef";
        let bytes: [u8; 200] = std::array::from_fn(|i| u8::try_from(i).unwrap());
        let keyed = KeyedMac::new(key);
        for length in 0..=bytes.len() {
            let bytes = &bytes[..length];
            let mac = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(bytes);
            let expected: [u8; 32] = mac.finalize().into_bytes().into();
            for split in 0..=length {
                let (before, body) = bytes.split_at(split);
                let mut mac = keyed.start();
                mac.update(before);
                mac.update(b"");
                for byte in body {
                    mac.update(slice::from_ref(byte));
                }
                assert_eq!(mac.finish(), expected, "{split} of {length}");
                let before = Some(&[b"", before, b"", b""]);
                assert!(keyed.makes_one_of(before, body, &expected, &[]), "{split} of {length}");
            }
        }
    }

    #[test]
    fn any_of_several_will_do_wherever_it_stands() {
        let keyed = KeyedMac::new(b"Jefe");
        let right = keyed.start().finish();
        for position in 0..3 {
            let mut presented = [[0; 32]; 3];
            assert!(!keyed.start().makes_one_of(&presented[0], &presented[1..]));
            presented[position] = right;
            assert!(keyed.start().makes_one_of(&presented[0], &presented[1..]), "{position}");
        }
    }

    #[test]
    fn sha256_joins_its_parts() {
        assert_eq!(sha256(&[b"ab", b"", b"c"]), sha256(&[b"abc"]));
        // FIPS 180-4, the one-block example.
        assert_eq!(sha256(&[b"abc"])[..4], [0xba, 0x78, 0x16, 0xbf]);
    }
}
