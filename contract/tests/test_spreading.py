"""Tests are handed out whole, the long ones first, and those that have to be alone when nobody else is there."""

from contract.costs import Cost
from contract.spreading import Beside, Queue, Task, bundles

USUAL = [Task(place, Cost(5, 0.03)) for place in range(40)]


def order(tasks, latency_s=0.0):
    return [bundle.places for bundle in bundles(tasks, latency_s)]


def test_every_test_is_handed_out_once_in_the_order_of_the_plan():
    assert order(USUAL) == [(place,) for place in range(40)]


def test_long_tests_are_begun_first():
    long = [Task(40, Cost(20, 0.4)), Task(41, Cost(30, 0.8))]

    assert order([*USUAL, *long])[:3] == [(41,), (40,), (0,)]


def test_far_from_the_target_those_are_long_that_send_many_requests():
    tasks = [*USUAL, Task(40, Cost(200, 0.03))]

    assert order(tasks)[0] == (0,)
    assert order(tasks, latency_s=0.1)[0] == (40,)


def test_tests_of_a_group_stay_together_in_their_order():
    tasks = [*USUAL[:2], Task(2, Cost(1, 0.0), "photos"), Task(3, Cost(1, 0.0)), Task(4, Cost(1, 0.0), "photos")]

    assert (2, 4) in order(tasks)
    assert sorted(place for places in order(tasks) for place in places) == [0, 1, 2, 3, 4]


def test_tests_that_have_to_be_alone_come_last_however_long_they_take():
    alone = [
        Task(40, Cost(500, 5.0), "exclusive", beside=Beside.NOBODY),
        Task(41, Cost(1, 0.0), "exclusive", beside=Beside.NOBODY),
    ]

    assert order([*alone, *USUAL])[-1] == (40, 41)


def test_while_much_is_left_neighbours_go_to_one_worker_and_ever_fewer_of_them():
    queue = Queue(bundles(USUAL))

    first, second = queue.given_to(2)
    assert first.places == (0, 1, 2, 3, 4)
    assert second.places == (5, 6, 7, 8)
    sizes = [len(next(queue.given_to(1, [first])).places) for _ in range(16)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-8:] == [1] * 8


def test_neither_a_long_test_nor_one_that_has_to_be_alone_is_handed_out_with_others():
    tasks = [*USUAL, Task(40, Cost(30, 2.0)), Task(41, Cost(1, 0.0), beside=Beside.NOBODY)]
    queue = Queue(bundles(tasks))
    given = []
    while queue:
        given += [bundle.places for bundle in queue.given_to(1)]

    assert given[0] == (40,)
    assert given[-1] == (41,)
    assert sorted(place for places in given for place in places) == list(range(42))


def places(given):
    return [bundle.places for bundle in given]


def test_a_test_that_has_to_be_alone_waits_until_one_worker_is_left():
    queue = Queue(bundles([*USUAL[:3], Task(3, Cost(1, 0.0), beside=Beside.NOBODY)]))

    at_work = list(queue.given_to(4))
    assert places(at_work) == [(0,), (1,), (2,)]
    assert queue.needs(1) == 1
    assert places(queue.given_to(1, at_work)) == []
    assert queue.needs(3) == 1
    assert places(queue.given_to(2)) == []
    assert places(queue.given_to(1, ending=1)) == []
    assert places(queue.given_to(1)) == [(3,)]
    assert queue.needs(1) == 0


def test_tests_that_stand_only_their_kind_begin_together_when_all_others_have_ended():
    kind = [Task(place, Cost(1, 0.0), beside=Beside.ITS_KIND) for place in (3, 4)]
    queue = Queue(bundles([Task(5, Cost(1, 0.0), beside=Beside.NOBODY), *kind, *USUAL[:3]]))

    at_work = list(queue.given_to(3))
    assert places(queue.given_to(2, at_work[:1])) == []
    assert queue.needs(3) == 2
    assert places(queue.given_to(3)) == []
    assert places(queue.given_to(2, ending=1)) == []
    together = list(queue.given_to(2))
    assert places(together) == [(3,), (4,)]
    assert places(queue.given_to(1, together[:1])) == []
    assert places(queue.given_to(1)) == [(5,)]


def test_one_worker_takes_what_stands_only_its_kind_in_turn():
    queue = Queue(bundles([Task(place, Cost(1, 0.0), beside=Beside.ITS_KIND) for place in (0, 1)]))

    assert places(queue.given_to(1)) == [(0,)]
    assert places(queue.given_to(1)) == [(1,)]
