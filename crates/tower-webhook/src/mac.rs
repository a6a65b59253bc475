//! HMAC-SHA256 from a state that was keyed once per secret, its comparison in constant time, and SHA-256.
//!
//! This is the only file that names a crypto crate, and the only one that compares MACs.

use hmac::block_api::HmacCore;
use hmac::digest::Output;
use hmac::digest::block_api::{Buffer, FixedOutputCore, UpdateCore};
use hmac::{EagerHash, KeyInit};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use zeroize::ZeroizeOnDrop;

/// The core of the crate's `Hmac`, without its buffer: a keyed state has an empty one, which need not be copied.
type Core = HmacCore<Sha256>;

/// The parts of a MAC wipe themselves. Without sha2's feature for that, this does not compile.
const _: fn() = || {
    fn wipes_itself<T: ZeroizeOnDrop>() {}
    wipes_itself::<<Sha256 as EagerHash>::Core>();
    wipes_itself::<Buffer<Core>>();
};

/// The state of HMAC after the key went in. Each request clones it, and so pays nothing for the key.
///
/// It cannot be turned back into the secret, but it can sign, so it is wiped on drop and prints nothing.
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
            partial: Buffer::<Core>::default(),
        }
    }
}

/// The MAC of the bytes seen so far.
pub(crate) struct RunningMac {
    core: Core,
    /// A block that is not full yet.
    partial: Buffer<Core>,
}

impl RunningMac {
    #[inline]
    pub(crate) fn update(&mut self, chunk: &[u8]) {
        let Self { core, partial } = self;
        partial.digest_blocks(chunk, |blocks| core.update_blocks(blocks));
    }

    /// The MAC, for a sender. A receiver compares with [`matches`](Self::matches) alone.
    #[cfg(any(test, feature = "sign"))]
    pub(crate) fn finish(mut self) -> [u8; 32] {
        self.output()
    }

    /// Whether one of these is the MAC of the bytes seen. All are compared, each in constant time.
    ///
    /// It ends the run, and its caller drops it. It takes no `self`, because a MAC that was just updated is expensive
    /// to move.
    #[inline]
    pub(crate) fn matches(&mut self, claimed: &[u8; 32], others: &[[u8; 32]]) -> bool {
        let mac = words(&self.output());
        let same = |claimed: &[u8; 32]| -> Choice { mac.ct_eq(&words(claimed)) };
        let any = others.iter().fold(same(claimed), |any, other| any | same(other));
        any.into()
    }

    #[inline]
    fn output(&mut self) -> [u8; 32] {
        let mut mac = Output::<Core>::default();
        self.core.finalize_fixed_core(&mut self.partial, &mut mac);
        mac.into()
    }
}

/// The MAC as words, of which there are fewer to compare than bytes.
#[inline]
fn words(mac: &[u8; 32]) -> [u64; 4] {
    let (words, _) = mac.as_chunks();
    std::array::from_fn(|at| u64::from_ne_bytes(words[at]))
}

/// The SHA-256 of the bytes seen so far.
#[derive(Default)]
pub(crate) struct RunningHash(Sha256);

impl RunningHash {
    pub(crate) fn update(&mut self, chunk: &[u8]) {
        self.0.update(chunk);
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// The SHA-256 of the concatenation of `parts`.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = RunningHash::default();
    for part in parts {
        hash.update(part);
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_wrong_bit_is_a_mismatch() {
        let keyed = KeyedMac::new(b"Jefe");
        let mac = keyed.start().finish();
        assert!(keyed.start().matches(&mac, &[]));
        for bit in 0..256 {
            let mut other = mac;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!keyed.start().matches(&other, &[]), "bit {bit}");
        }
    }

    #[test]
    fn a_keyed_state_can_be_used_again() {
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
            assert!(mac.matches(&tag, &[]));
        }
        assert!(!keyed.start().matches(&tag, &[]));
    }

    #[test]
    fn it_equals_the_crates_hmac_wherever_the_bytes_are_split() {
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
            }
        }
    }

    #[test]
    fn any_of_several_macs_may_match_at_any_position() {
        let keyed = KeyedMac::new(b"Jefe");
        let right = keyed.start().finish();
        for position in 0..3 {
            let mut claimed = [[0; 32]; 3];
            assert!(!keyed.start().matches(&claimed[0], &claimed[1..]));
            claimed[position] = right;
            assert!(keyed.start().matches(&claimed[0], &claimed[1..]), "{position}");
        }
    }

    #[test]
    fn sha256_joins_its_parts() {
        assert_eq!(sha256(&[b"ab", b"", b"c"]), sha256(&[b"abc"]));
        // FIPS 180-4, the one-block example.
        assert_eq!(sha256(&[b"abc"])[..4], [0xba, 0x78, 0x16, 0xbf]);
    }
}
