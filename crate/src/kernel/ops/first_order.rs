//! Gradients of gradients, which do not exist.

/// Implements operations that have no gradient. Autodiff is first order, here as everywhere in Burn.
macro_rules! first_order {
    ($($name:ident($($arg:ident: $type:ty),*);)*) => {$(
        #[allow(clippy::panic)]
        fn $name($($arg: $type),*) -> FloatTensor<Self> {
            panic!(concat!("the gradient of ", stringify!($name), " is not implemented"))
        }
    )*};
}
pub(in crate::kernel) use first_order;
