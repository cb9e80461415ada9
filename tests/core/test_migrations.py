"""What is in the common tables of before comes through the migrations whole."""


def test_messages_keep_how_they_are_sent_and_back(begin_at, migrate_to):
    old = begin_at("core", "0004_names_of_vehicles_that_are_addresses")
    message = old.get_model("core", "Message").objects.create(way="wecom", code="run-finished")

    new = migrate_to("core", "0005_transports").get_model("core", "Message").objects
    after = list(new.values_list("pk", "transport"))
    old = migrate_to("core", "0004_names_of_vehicles_that_are_addresses")
    back = list(old.get_model("core", "Message").objects.values_list("pk", "way"))

    assert after == back == [(message.pk, "wecom")]
