"""A Kafka cluster in memory: the one that librdkafka has for its own tests. Reads commands until its input ends."""

import ctypes
import sys

PRODUCER = 0
LEAVE_GROUP = 13

kafka = ctypes.CDLL("librdkafka.so.1")
for name in ("rd_kafka_conf_new", "rd_kafka_new", "rd_kafka_mock_cluster_new"):
    getattr(kafka, name).restype = ctypes.c_void_p
kafka.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p

client = ctypes.c_void_p(kafka.rd_kafka_new(PRODUCER, ctypes.c_void_p(kafka.rd_kafka_conf_new()), None, ctypes.c_size_t(0)))
cluster = ctypes.c_void_p(kafka.rd_kafka_mock_cluster_new(client, int(sys.argv[1])))
# it waits 3 s for more members otherwise
kafka.rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 10)
# it misreads later versions, and then waits for the end of the session of the member that left
kafka.rd_kafka_mock_set_apiversion(cluster, ctypes.c_int16(LEAVE_GROUP), ctypes.c_int16(0), ctypes.c_int16(1))
print(kafka.rd_kafka_mock_cluster_bootstraps(cluster).decode(), flush=True)

for line in sys.stdin:
    command, *args = line.split()
    if command == "topic":
        name, partitions = args
        error = kafka.rd_kafka_mock_topic_create(cluster, name.encode(), int(partitions), 1)
    elif command == "leader":
        name, partition, broker = args
        error = kafka.rd_kafka_mock_partition_set_leader(cluster, name.encode(), int(partition), int(broker))
    elif command == "coordinator":
        group, broker = args
        error = kafka.rd_kafka_mock_coordinator_set(cluster, b"group", group.encode(), int(broker))
    elif command == "refuse":
        api, *errors = [int(arg) for arg in args]
        error = kafka.rd_kafka_mock_push_request_errors_array(
            cluster, ctypes.c_int16(api), ctypes.c_size_t(len(errors)), (ctypes.c_int * len(errors))(*errors)
        ) or 0
    elif command == "down":
        error = kafka.rd_kafka_mock_broker_set_down(cluster, int(args[0]))
    elif command == "up":
        error = kafka.rd_kafka_mock_broker_set_up(cluster, int(args[0]))
    else:
        error = "unknown"
    print(error, flush=True)
