//! `regiohub audit page`: the page that checks an export, from here and not from the export.

use clap::Args;

/// Print the page that checks an export in a browser: a page inside a zip comes from the maker of the zip.
///
/// It is handed over with the key, and asks nothing of the network.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Page {}

impl Page {
    pub(super) fn run(self) {
        print!("{}", evidence::export::PAGE);
    }
}
