"""Every metric of torchmetrics on random predictions, but those that need sparse tensors (clustering), Fourier transforms or other packages."""

import inspect
import warnings

import torch
from torchmetrics import Accuracy, ConfusionMatrix, F1Score, MeanMetric, MetricCollection, R2Score
from torchmetrics.functional import (
    audio,
    classification,
    image,
    nominal,
    pairwise,
    regression,
    retrieval,
    segmentation,
    text,
)

warnings.simplefilter("ignore")
torch.manual_seed(0)

n = 30
scores, hits = torch.rand(n), torch.randint(2, (n,))
probabilities, classes = torch.randn(n, 4).softmax(1), torch.randint(4, (n,))
label_scores, labels = torch.rand(n, 3), torch.randint(2, (n, 3))
x, y = torch.rand(n) + 0.1, torch.rand(n) + 0.1
pictures = torch.rand(2, 3, 48, 48), torch.rand(2, 3, 48, 48)
masks = torch.randint(2, (2, 3, 16, 16)), torch.randint(2, (2, 3, 16, 16))
sounds = torch.randn(2, 800), torch.randn(2, 800)
said, meant = ["the cat is on the mat"], ["there is a cat on the mat"]

KINDS = "binary", "multiclass", "multilabel"


def rounded(value):
    if isinstance(value, torch.Tensor):
        return [round(float(v), 4) for v in value.detach().reshape(-1)[:20]], tuple(value.shape), value.dtype
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, (tuple, list)) else value


def show(module, inputs, *left_out, **options):
    """Call all functions of a module of metrics."""
    for name, metric in sorted(vars(module).items()):
        if (
            not inspect.isfunction(metric)
            or name in left_out
            or (module is classification and not name.startswith(KINDS))
        ):
            continue
        taken = inspect.signature(metric).parameters
        given = {key: value for key, value in options.items() if key in taken}
        try:
            print(name, rounded(metric(*inputs(name), **given)))
        except Exception as error:
            print(name, "raises", type(error).__name__)


def classified(name):
    if name.startswith("binary"):
        return scores, hits
    return (probabilities, classes) if name.startswith("multiclass") else (label_scores, labels)


limits = {"min_precision": 0.5, "min_recall": 0.5, "min_specificity": 0.5, "min_sensitivity": 0.5, "beta": 0.5}
for average in ("macro", "micro", "none"):
    show(
        classification,
        classified,
        num_classes=4,
        num_labels=3,
        average=average,
        groups=hits.flip(0),
        num_groups=2,
        **limits,
    )
pairs = {
    "kl_divergence": (probabilities, probabilities.flip(0)),
    "cosine_similarity": (label_scores, label_scores.flip(0)),
}
pairs["jensen_shannon_divergence"] = pairs["kl_divergence"]
show(regression, lambda name: pairs.get(name, (x, y)), "minkowski_distance", threshold=0.5)
show(retrieval, lambda name: (scores, hits))
show(
    nominal,
    lambda name: (labels,) if "kappa" in name else (classes, classes.roll(1)),
    "cramers_v_matrix",
    "tschuprows_t_matrix",
)
show(pairwise, lambda name: (label_scores[:4], label_scores[4:9]))
networks = (
    "learned_perceptual_image_patch_similarity",
    "perceptual_path_length",
    "deep_image_structure_and_texture_similarity",
    "arniqa",
)
alone = "image_gradients", "total_variation"
show(image, lambda name: pictures[:1] if name in alone else pictures, *networks, data_range=1.0)
show(audio, lambda name: sounds, "signal_distortion_ratio")
show(segmentation, lambda name: masks, num_classes=3)
lists = "bleu_score", "chrf_score", "sacre_bleu_score", "translation_edit_rate"
show(
    text,
    lambda name: (said, [meant] if name in lists else meant),
    "bert_score",
    "infolm",
    "rouge_score",
    "perplexity",
    "squad",
)

both = MetricCollection(
    {
        "accuracy": Accuracy(task="multiclass", num_classes=4),
        "f1": F1Score(task="multiclass", num_classes=4, average="macro"),
    }
)
for part in range(0, n, 10):
    both.update(probabilities[part : part + 10], classes[part : part + 10])
print(both.compute(), ConfusionMatrix(task="multiclass", num_classes=4)(probabilities, classes))
mean = MeanMetric()
mean.update(1.0)
mean.update(3.0, weight=2)
print(mean.compute(), R2Score()(x, y), mean)
