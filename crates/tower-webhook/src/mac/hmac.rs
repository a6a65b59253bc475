//! HMAC from a state that was keyed once per secret, and its comparison in constant time.

use hmac::block_api::HmacCore;
use hmac::digest::Output;
use hmac::digest::block_api::{Buffer, FixedOutputCore, UpdateCore};
use hmac::{EagerHash, KeyInit};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};
use zeroize::ZeroizeOnDrop;

/// The parts of a MAC wipe themselves. Without the hash's feature for that, this does not compile.
const _: fn() = || {
    fn wipes_itself<T: ZeroizeOnDrop>() {}
    fn parts_wipe_themselves<H: EagerHash>()
    where
        H::Core: ZeroizeOnDrop,
        Buffer<HmacCore<H>>: ZeroizeOnDrop,
    {
        wipes_itself::<H::Core>();
        wipes_itself::<Buffer<HmacCore<H>>>();
    }
    parts_wipe_themselves::<Sha256>();
    #[cfg(feature = "sha1")]
    parts_wipe_themselves::<sha1::Sha1>();
    #[cfg(feature = "sha512")]
    parts_wipe_themselves::<sha2::Sha384>();
    #[cfg(feature = "sha512")]
    parts_wipe_themselves::<sha2::Sha512>();
};

/// The state of HMAC with the hash `H` after the key went in. Each request clones it, and so pays nothing for the key.
/// It is the core of the crate's `Hmac`, without its buffer: that of a keyed state is empty, and need not be copied.
///
/// It cannot be turned back into the secret, but it can sign, so it is wiped on drop and prints nothing.
pub(super) struct Keyed<H: EagerHash>(HmacCore<H>);

impl<H: EagerHash> Keyed<H> {
    pub(super) fn new(key: &[u8]) -> Self {
        Self(HmacCore::<H>::new_from_slice(key).expect("HMAC takes a key of any length"))
    }

    #[inline]
    pub(super) fn start(&self) -> RunningMac<H> {
        RunningMac {
            core: self.0.clone(),
            partial: Buffer::<HmacCore<H>>::default(),
        }
    }
}

impl<H: EagerHash> Clone for Keyed<H> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The MAC of the bytes seen so far.
pub(crate) struct RunningMac<H: EagerHash> {
    core: HmacCore<H>,
    /// A block that is not full yet.
    partial: Buffer<HmacCore<H>>,
}

impl<H: EagerHash> RunningMac<H> {
    #[inline]
    pub(super) fn update(&mut self, chunk: &[u8]) {
        let Self { core, partial } = self;
        partial.digest_blocks(chunk, |blocks| core.update_blocks(blocks));
    }

    /// The MAC, for a sender and for tokens. A receiver compares with [`matches`](Self::matches) alone.
    pub(super) fn finish<const N: usize>(mut self) -> [u8; N]
    where
        [u8; N]: From<Output<HmacCore<H>>>,
    {
        self.output()
    }

    /// Whether one of these is the MAC of the bytes seen. All are compared, each in constant time.
    ///
    /// It ends the run, and its caller drops it. It takes no `self`, because a MAC that was just updated is expensive
    /// to move.
    #[inline]
    pub(super) fn matches<'c, const N: usize, const WORDS: usize>(
        &mut self,
        claimed: &[u8; N],
        others: impl Iterator<Item = &'c [u8; N]>,
    ) -> bool
    where
        [u8; N]: From<Output<HmacCore<H>>>,
    {
        let mac: [u64; WORDS] = words(&self.output());
        let same = |claimed: &[u8; N]| -> Choice { mac.ct_eq(&words::<N, WORDS>(claimed)) };
        let any = others.fold(same(claimed), |any, other| any | same(other));
        any.into()
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "otherwise it is a call, which costs instructions")]
    fn output<const N: usize>(&mut self) -> [u8; N]
    where
        [u8; N]: From<Output<HmacCore<H>>>,
    {
        let mut mac = Output::<HmacCore<H>>::default();
        self.core.finalize_fixed_core(&mut self.partial, &mut mac);
        mac.into()
    }
}

/// The MAC as words, of which there are fewer to compare than bytes, with zeros behind it.
#[inline]
fn words<const N: usize, const WORDS: usize>(mac: &[u8; N]) -> [u64; WORDS] {
    const { assert!(N.div_ceil(8) == WORDS, "the words hold all bytes of the MAC") };
    let (whole, rest) = mac.as_chunks();
    let padded = || {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        last
    };
    std::array::from_fn(|at| u64::from_ne_bytes(whole.get(at).copied().unwrap_or_else(padded)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(mac: &mut RunningMac<Sha256>, claimed: &[u8; 32], others: &[[u8; 32]]) -> bool {
        mac.matches::<32, 4>(claimed, others.iter())
    }

    #[test]
    fn a_single_wrong_bit_is_a_mismatch() {
        let keyed = Keyed::<Sha256>::new(b"Jefe");
        let mac = keyed.start().finish::<32>();
        assert!(matches(&mut keyed.start(), &mac, &[]));
        for bit in 0..256 {
            let mut other = mac;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!matches(&mut keyed.start(), &other, &[]), "bit {bit}");
        }
    }

    #[test]
    fn a_keyed_state_can_be_used_again() {
        let keyed = Keyed::<Sha256>::new(b"Jefe");
        // RFC 4231, section 4.3.
        let tag = [
            0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00,
            0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43,
        ];
        for _ in 0..2 {
            let mut mac = keyed.start();
            mac.update(b"what do ya want ");
            mac.update(b"for nothing?");
            assert!(matches(&mut mac, &tag, &[]));
        }
        assert!(!matches(&mut keyed.start(), &tag, &[]));
    }

    #[test]
    fn it_equals_the_crates_hmac_wherever_the_bytes_are_split() {
        use std::slice;

        use hmac::{Hmac, Mac};

        let key = b"longer than a block, so that it is hashed: 0123456789abcdef0123456789abcdef";
        let bytes: [u8; 200] = std::array::from_fn(|i| u8::try_from(i).unwrap());
        let keyed = Keyed::<Sha256>::new(key);
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
        let keyed = Keyed::<Sha256>::new(b"Jefe");
        let right = keyed.start().finish::<32>();
        for position in 0..3 {
            let mut claimed = [[0; 32]; 3];
            assert!(!matches(&mut keyed.start(), &claimed[0], &claimed[1..]));
            claimed[position] = right;
            assert!(matches(&mut keyed.start(), &claimed[0], &claimed[1..]), "{position}");
        }
    }

    /// RFC 4231 and RFC 2202, test case 2 of each.
    #[test]
    fn each_hash_makes_the_published_mac() {
        fn check<H: EagerHash, const N: usize, const WORDS: usize>(published: &str)
        where
            [u8; N]: From<Output<HmacCore<H>>>,
        {
            let keyed = Keyed::<H>::new(b"Jefe");
            let begun = || {
                let mut mac = keyed.start();
                mac.update(b"what do ya want ");
                mac.update(b"for nothing?");
                mac
            };
            let mac: [u8; N] = begun().finish();
            assert_eq!(base16ct::lower::encode_string(&mac), published);
            assert!(begun().matches::<N, WORDS>(&mac, [].iter()));
            for bit in 0..N * 8 {
                let mut other = mac;
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(
                    !begun().matches::<N, WORDS>(&other, [].iter()),
                    "bit {bit} of {N} bytes"
                );
                assert!(
                    begun().matches::<N, WORDS>(&other, [mac].iter()),
                    "bit {bit} of {N} bytes"
                );
            }
        }
        check::<Sha256, 32, 4>("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        #[cfg(feature = "sha1")]
        check::<sha1::Sha1, 20, 3>("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        #[cfg(feature = "sha512")]
        check::<sha2::Sha384, 48, 6>(
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
        );
        #[cfg(feature = "sha512")]
        check::<sha2::Sha512, 64, 8>(
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        );
    }
}
