"""Methods of Tensor that torch also has as functions, most of them in place: torch.exp_(x) is x.exp_()."""

from ..names.titles import alias as _alias
from .tensor import Tensor

# all that stands here is public: no list of the names beside them
detach, is_complex, is_nonzero, is_same_size = Tensor.detach, Tensor.is_complex, Tensor.is_nonzero, Tensor.is_same_size
is_inference, is_signed = Tensor.is_inference, Tensor.is_signed
get_device, is_conj, is_distributed, is_neg = Tensor.get_device, Tensor.is_conj, Tensor.is_distributed, Tensor.is_neg
abs_, acos_, acosh_, addmv_ = Tensor.abs_, Tensor.acos_, Tensor.acosh_, Tensor.addmv_
arccos_, arccosh_, arcsin_, arcsinh_ = Tensor.arccos_, Tensor.arccosh_, Tensor.arcsin_, Tensor.arcsinh_
arctan_, arctanh_, as_strided_, asin_ = Tensor.arctan_, Tensor.arctanh_, Tensor.as_strided_, Tensor.asin_
asinh_, atan_, atanh_, ceil_ = Tensor.asinh_, Tensor.atan_, Tensor.atanh_, Tensor.ceil_
clamp_, clamp_max_, clamp_min_, clip_ = Tensor.clamp_, Tensor.clamp_max_, Tensor.clamp_min_, Tensor.clip_
cos_, cosh_, deg2rad_, detach_ = Tensor.cos_, Tensor.cosh_, Tensor.deg2rad_, Tensor.detach_
erf_, erfc_, exp2_, exp_ = Tensor.erf_, Tensor.erfc_, Tensor.exp2_, Tensor.exp_
expm1_, fill_, fix_, floor_ = Tensor.expm1_, Tensor.fill_, Tensor.fix_, Tensor.floor_
frac_, gcd_, lcm_, ldexp_ = Tensor.frac_, Tensor.gcd_, Tensor.lcm_, Tensor.ldexp_
log10_, log1p_, log2_, log_ = Tensor.log10_, Tensor.log1p_, Tensor.log2_, Tensor.log_
logit_, nan_to_num_, neg_, negative_ = Tensor.logit_, Tensor.nan_to_num_, Tensor.neg_, Tensor.negative_
rad2deg_, reciprocal_, round_, rsqrt_ = Tensor.rad2deg_, Tensor.reciprocal_, Tensor.round_, Tensor.rsqrt_
resize_as_ = Tensor.resize_as_
sin_, sinc_, sinh_, sqrt_ = Tensor.sin_, Tensor.sinc_, Tensor.sinh_, Tensor.sqrt_
square_, tan_, trunc_, xlogy_ = Tensor.square_, Tensor.tan_, Tensor.trunc_, Tensor.xlogy_
zero_ = Tensor.zero_

for _name in [name for name, thing in vars().items() if getattr(Tensor, name, None) is thing]:
    globals()[_name] = _alias(globals()[_name], _name)
