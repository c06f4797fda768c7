//! The companies: sites that schools may work with.

pub mod company;
