//! One's turn to sign, with what is remembered.

use super::{NotCut, Notary};
use crate::signer::{Remembered, Turn};

impl Notary {
    /// One's turn to sign; the memory is opened, and begun at the first start.
    ///
    /// # Errors
    /// When another process signs, the memory is not the one of this installation, or what was kept does not answer.
    pub(crate) async fn turn(&self) -> Result<Turn<'_>, NotCut> {
        let mut memory = self.signer.turn().await?;
        if memory.begins() {
            self.upgrade(&mut memory).await?;
        }
        Ok(memory)
    }

    /// What the signer remembers, by log.
    ///
    /// # Errors
    /// See [`NotCut`].
    pub async fn remembered(&self) -> Result<Vec<Remembered>, NotCut> {
        Ok(self.turn().await?.trees().cloned().collect())
    }
}
