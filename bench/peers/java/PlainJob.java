import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** The plain job in Kafka Streams, exactly_once_v2, RocksDB: broker, run, state folder, folder of the schemas. */
public final class PlainJob {
    private static final int KEPT = 10;
    private static final int ENOUGH = 3;

    /** One Avro schema with its reader and writer, reused. */
    private static final class Form {
        private final Schema schema;
        private final GenericDatumReader<GenericRecord> reader;
        private final GenericDatumWriter<GenericRecord> writer;
        private BinaryDecoder decoder;
        private BinaryEncoder encoder;

        Form(Path file) throws IOException {
            schema = new Schema.Parser().parse(Files.readString(file));
            reader = new GenericDatumReader<>(schema);
            writer = new GenericDatumWriter<>(schema);
        }

        GenericRecord read(byte[] value) {
            try {
                decoder = DecoderFactory.get().binaryDecoder(value, decoder);
                return reader.read(null, decoder);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }

        byte[] write(GenericRecord record) {
            try {
                ByteArrayOutputStream out = new ByteArrayOutputStream(256);
                encoder = EncoderFactory.get().binaryEncoder(out, encoder);
                writer.write(record, encoder);
                encoder.flush();
                return out.toByteArray();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }

    private static final class Decide implements Processor<byte[], byte[], byte[], byte[]> {
        private final Form signal;
        private final Form state;
        private final Form alert;
        private ProcessorContext<byte[], byte[]> context;
        private KeyValueStore<byte[], byte[]> lists;

        Decide(Path schemas) {
            try {
                signal = new Form(schemas.resolve("signal.avsc"));
                state = new Form(schemas.resolve("state.avsc"));
                alert = new Form(schemas.resolve("alert.avsc"));
            } catch (IOException missing) {
                throw new UncheckedIOException(missing);
            }
        }

        @Override
        public void init(ProcessorContext<byte[], byte[]> given) {
            context = given;
            lists = given.getStateStore("lists");
        }

        @Override
        public void process(Record<byte[], byte[]> arrived) {
            GenericRecord said = signal.read(arrived.value());
            byte[] kept = lists.get(arrived.key());
            long seen = 1;
            List<Object> signals = new ArrayList<>(KEPT + 1);
            if (kept != null) {
                GenericRecord before = state.read(kept);
                seen += (Long) before.get("seen");
                signals.addAll((List<?>) before.get("signals"));
            }
            signals.add(said.get("signal"));
            if (signals.size() > KEPT) {
                signals.remove(0);
            }
            GenericRecord after = new GenericData.Record(state.schema);
            after.put("seen", seen);
            after.put("signals", signals);
            lists.put(arrived.key(), state.write(after));
            if (seen >= ENOUGH) {
                GenericRecord raised = new GenericData.Record(alert.schema);
                raised.put("household", new String(arrived.key(), StandardCharsets.UTF_8));
                raised.put("number", seen);
                raised.put("signals", signals);
                context.forward(arrived.withValue(alert.write(raised)));
            }
        }
    }

    public static void main(String[] given) {
        String run = given[1];
        Path schemas = Path.of(given[3]);
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "plain-streams-" + run);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, given[0]);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, given[2]);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore("lists"), Serdes.ByteArray(), Serdes.ByteArray()));
        builder.stream("plain.in." + run, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
            .process(() -> new Decide(schemas), "lists")
            .to("plain.alert." + run, Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
        KafkaStreams streams = new KafkaStreams(builder.build(), settings);
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
    }
}
