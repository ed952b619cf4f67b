#!/bin/bash
# The Compose file's broker: format an empty data folder with its two first users, then start.
set -euo pipefail
bin=/opt/kafka/bin
properties=/secrets/server.properties

if [ ! -e /var/lib/kafka/data/meta.properties ]; then
  "$bin/kafka-storage.sh" format --config "$properties" --cluster-id "$("$bin/kafka-storage.sh" random-uuid)" \
    --add-scram "SCRAM-SHA-512=[name=broker,password=$(cat /secrets/kafka_broker)]" \
    --add-scram "SCRAM-SHA-512=[name=admin,password=$(cat /secrets/kafka_admin)]"
fi
exec "$bin/kafka-server-start.sh" "$properties"
