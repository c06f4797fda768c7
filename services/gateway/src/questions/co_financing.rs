//! Where does the region's co-financing stand, and which events lead to each figure?
//!
//! committed ⊇ realised ⊇ signed ⊇ verified, against the target.

mod explain;
mod figure;
mod fold;
mod fold_lines;
mod statement;

pub use explain::{__path_explain_figure, explain_figure};
pub use fold::CoFinancing;
pub use statement::{__path_show_statement, show_statement};
