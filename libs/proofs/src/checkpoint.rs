//! Checkpoints (C2SP): what a log says of its tree at one size, as the text of a signed note.

use crate::Hash;
use crate::note::Malformed;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::fmt;
use std::str::FromStr;

/// A tree head of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: `<domain of the installation>/<region>/<service>`.
    pub origin: String,
    /// How many leaves its tree has.
    pub size: u64,
    /// The root of that tree.
    pub root: Hash,
    /// Raised by a restore. A number declares nothing: an event that the operator signed does. Written when above 1.
    pub epoch: u32,
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, BASE64_STANDARD.encode(self.root))?;
        if self.epoch > 1 { writeln!(f, "epoch {}", self.epoch) } else { Ok(()) }
    }
}

impl FromStr for Checkpoint {
    type Err = Malformed;

    /// Lines that are not known are let be.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let lines =
            text.strip_suffix('\n').ok_or(Malformed("the checkpoint is cut off: its last line does not end"))?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(Malformed("a checkpoint has an origin, a size and a root"));
        };
        let number = size.parse().ok().filter(|number: &u64| number.to_string() == size);
        let hash = BASE64_STANDARD.decode(root).ok().and_then(|root| root.try_into().ok());
        let mut epoch = 1;
        for line in lines {
            if line.is_empty() {
                return Err(Malformed("a checkpoint has no empty lines"));
            }
            if let Some(raised) = line.strip_prefix("epoch ") {
                epoch = raised.parse().map_err(|_| Malformed("the epoch is a number"))?;
            }
        }
        Ok(Self {
            origin: Some(origin)
                .filter(|origin| !origin.is_empty())
                .ok_or(Malformed("the origin is empty"))?
                .to_owned(),
            size: number.ok_or(Malformed("the size is not a number"))?,
            root: hash.ok_or(Malformed("the root is not 32 bytes in base64"))?,
            epoch,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_reads_as_it_was_written() {
        let written = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let read: Checkpoint = written.parse().unwrap();
        assert_eq!((read.size, read.epoch, read.to_string().as_str()), (20_852_163, 1, written));
        let raised = Checkpoint { epoch: 3, ..read };
        assert_eq!(raised.to_string(), format!("{written}epoch 3\n"));
        assert_eq!(raised.to_string().parse(), Ok(raised));
    }

    #[test]
    fn a_text_that_is_no_checkpoint_is_not_read() {
        let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
        for text in [
            "",
            "a\n",
            "a\n1\n",
            "a\n1\nxx\n",
            &format!("a\n01\n{root}\n"),
            &format!("a\n-1\n{root}\n"),
            &format!("\n1\n{root}\n"),
            &format!("a\n1\n{root}"),
            &format!("a\n1\n{root}\n\n"),
            &format!("a\n1\n{root}\nepoch x\n"),
        ] {
            assert!(text.parse::<Checkpoint>().is_err(), "{text:?}");
        }
    }
}
