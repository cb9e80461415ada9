"""What is in the common tables of before comes through the migrations whole."""

from brandstudio.core.models import Message, Transport


def test_messages_keep_how_they_are_sent_and_back(migrate_to):
    message = Message.objects.create(transport=Transport.WECOM, code="run-finished")

    old = migrate_to("core", "0004_names_of_vehicles_that_are_addresses")
    before = list(old.get_model("core", "Message").objects.values_list("pk", "way"))
    migrate_to("core", "0005_transports")
    after = list(Message.objects.values_list("pk", "transport"))

    assert before == after == [(message.pk, "wecom")]
