"""no_grad and its kin, as context managers, decorators, and calls, against torch."""

import threading

import pytest

import minitorch_pt
from parity_tests.oracle import same_program


def contexts(torch):
    a = torch.ones(2, requires_grad=True)
    seen = []
    with torch.no_grad():
        seen.append((a * 2).requires_grad)
        with torch.enable_grad():
            seen.append((a * 2).requires_grad)
        seen.append(torch.is_grad_enabled())
    with torch.inference_mode():
        seen.append((a * 2).requires_grad)
    with torch.inference_mode(False):
        seen.append((a * 2).requires_grad)
    with torch.set_grad_enabled(False):
        seen.append((a * 2).requires_grad)
    return seen, (a * 2).requires_grad


def decorators(torch):
    a = torch.ones(2, requires_grad=True)

    @torch.no_grad()
    def off():
        return (a * 2).requires_grad

    @torch.no_grad
    def plain():
        return (a * 2).requires_grad

    @torch.enable_grad
    def on():
        return (a * 2).requires_grad

    @torch.inference_mode
    def inference():
        return (a * 2).requires_grad

    @torch.set_grad_enabled(False)
    def off_too():
        return (a * 2).requires_grad

    with torch.no_grad():
        inside = on()
    return off(), plain(), inside, inference(), off_too(), torch.is_grad_enabled(), off.__name__


def generators(torch):
    a = torch.ones(2, requires_grad=True)

    @torch.no_grad()
    def steps():
        got = yield (a * 2).requires_grad
        yield got
        return 5

    run = steps()
    return next(run), torch.is_grad_enabled(), run.send("sent"), [*run], torch.is_grad_enabled()


def as_a_call(torch):
    a = torch.ones(2, requires_grad=True)
    torch.set_grad_enabled(False)
    off = (a * 2).requires_grad
    torch.set_grad_enabled(True)
    return off, (a * 2).requires_grad


def restored_after_an_error(torch):
    try:
        with torch.no_grad():
            raise KeyError
    except KeyError:
        return torch.is_grad_enabled()


def anomaly_switches(torch):
    torch.autograd.set_detect_anomaly(True)
    on = torch.is_anomaly_enabled()
    torch.autograd.set_detect_anomaly(False)
    with torch.autograd.set_detect_anomaly(True):
        inside = torch.is_anomaly_enabled()
    return on, inside, torch.is_anomaly_enabled()


def in_another_thread(torch):
    seen = []

    def look():
        seen.append((torch.is_grad_enabled(), torch.is_anomaly_enabled()))

    with torch.no_grad(), torch.autograd.set_detect_anomaly(True):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    return seen


def sent_and_thrown(torch):
    seen, on = [], torch.is_grad_enabled

    @torch.no_grad()
    def steps():
        try:
            seen.append(((yield 1), on()))
            yield 2
        except ValueError:
            seen.append(on())
            yield 3
        finally:
            seen.append(("end", on()))
        return 4

    first, second, third = steps(), steps(), steps()
    seen += [next(first), on(), first.send("sent"), first.throw(ValueError()), next(first, "end")]
    next(second)
    second.close()
    next(third)
    try:
        third.throw(KeyError())
    except KeyError:
        seen.append(("through", on()))
    return seen, on()


def a_class(torch):
    @torch.no_grad()
    class Sees:
        def __init__(self):
            self.on = torch.is_grad_enabled()

        def later(self):
            return torch.is_grad_enabled()

    return Sees().on, Sees().later(), type(Sees).__name__


def text(torch):
    with torch.set_grad_enabled(True) as nothing:
        return repr(torch.set_grad_enabled(True)).rpartition(".")[2], nothing


@pytest.mark.filterwarnings("ignore:Decorating classes")
@pytest.mark.parametrize(
    "program",
    [
        sent_and_thrown,
        a_class,
        text,
        contexts,
        decorators,
        generators,
        as_a_call,
        restored_after_an_error,
        anomaly_switches,
        in_another_thread,
    ],
    ids=lambda f: f.__name__,
)
def test_modes(program):
    same_program(program)


def test_one_object_entered_inside_itself():
    """torch forgets the outer mode here and stays switched off; we do not."""
    mode = minitorch_pt.no_grad()
    with mode, mode:
        pass
    assert minitorch_pt.is_grad_enabled()


def test_a_class_decorated_warns():
    with pytest.warns(FutureWarning, match="Decorating classes is deprecated"):
        minitorch_pt.no_grad()(type("Any", (), {}))
