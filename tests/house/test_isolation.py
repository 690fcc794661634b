"""What one test writes is gone before the next begins, whatever ran before it in this process."""

import asyncio

import pytest
from django.db import connection


@pytest.mark.django_db
def test_a_test_writes_on_the_connection_on_which_its_transaction_began():
    assert asyncio._get_running_loop() is None
    assert connection.in_atomic_block
