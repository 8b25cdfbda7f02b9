use super::*;

fn of(config: &str, variables: &[(&str, &str)]) -> Result<Option<Settings>, Vec<String>> {
    let config: Config = toml::from_str(config).expect("a section");
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (settings, problems) = read(Some(&config), &variables);
    if problems.is_empty() { Ok(settings) } else { Err(problems.into_iter().map(|it| it.1).collect()) }
}

fn on(config: &str, variables: &[(&str, &str)]) -> Settings {
    of(config, variables).unwrap_or_else(|problems| panic!("{problems:?}")).expect("traces are on")
}

const FILE: &str =
    "endpoint = \"http://file:4318\"\nheaders = \"authorization=Bearer file\"\nsample_ratio = 0.5\nservice_name = \"bot\"";

#[test]
fn without_a_word_about_it_there_are_no_traces() {
    assert!(of("", &[]).is_ok_and(|it| it.is_none()));
    assert!(of("service_name = \"bot\"", &[("OTEL_SERVICE_NAME", "bot")]).is_ok_and(|it| it.is_none()));
    assert!(of(FILE, &[("OTEL_SDK_DISABLED", "TRUE")]).is_ok_and(|it| it.is_none()));
    assert!(of(FILE, &[("OTEL_TRACES_EXPORTER", "none")]).is_ok_and(|it| it.is_none()));
}

#[test]
fn the_file_says_it_and_the_environment_counts_before_it() {
    let file = on(FILE, &[]);
    assert_eq!(file.endpoint.as_str(), "http://file:4318/v1/traces");
    assert_eq!(file.headers["authorization"], "Bearer file");
    assert!(file.headers["authorization"].is_sensitive());
    assert_eq!(file.sampling, Sampling { ratio: 0.5, follows: true });
    assert_eq!(file.resource["service.name"], "bot");
    assert_eq!(file.timeout, Duration::from_secs(10));

    let both = on(
        FILE,
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector:4318/otlp/"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20environment, x-scope=a%2Cb"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"),
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=of-attributes,deployment.environment.name=prod"),
        ],
    );
    assert_eq!(both.endpoint.as_str(), "https://collector:4318/otlp/v1/traces");
    assert_eq!(both.headers["authorization"], "Bearer environment");
    assert_eq!(both.headers["x-scope"], "a,b");
    assert_eq!(both.timeout, Duration::from_millis(1500));
    assert_eq!(both.sampling, Sampling { ratio: 0.25, follows: false });
    assert_eq!(both.resource["service.name"], "of-attributes");
    assert_eq!(both.resource["deployment.environment.name"], "prod");

    let traces = on(
        FILE,
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:4318/here"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=of-attributes"),
            ("OTEL_SERVICE_NAME", "of-name"),
        ],
    );
    assert_eq!(traces.endpoint.as_str(), "http://traces:4318/here", "what is for traces alone is taken as it is");
    assert_eq!(traces.resource["service.name"], "of-name");
    assert_eq!(on("", &[("OTEL_TRACES_EXPORTER", "otlp")]).endpoint.as_str(), "http://localhost:4318/v1/traces");
}

#[test]
fn what_is_wrong_is_named_with_the_way_out() {
    for (config, variables, word) in [
        ("endpoint = \"collector:4318\"", &[] as &[(&str, &str)], "`endpoint` in [telemetry] must start with http://"),
        ("endpoint = \"http://a:b@collector\"", &[], "holds a password"),
        ("endpoint = \"http://collector\"\nheaders = \"Bearer secret\"", &[], "`headers` in [telemetry] must be `name=value`"),
        ("sample_ratio = 1.5", &[], "from 0 (nothing) to 1"),
        ("", &[("OTEL_EXPORTER_OTLP_ENDPOINT", "collector")], "OTEL_EXPORTER_OTLP_ENDPOINT is no web address"),
        (FILE, &[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")], "http/protobuf alone"),
        (FILE, &[("OTEL_TRACES_SAMPLER", "jaeger_remote")], "OTEL_TRACES_SAMPLER must be"),
        (FILE, &[("OTEL_TRACES_SAMPLER_ARG", "2")], "OTEL_TRACES_SAMPLER_ARG must be"),
        (FILE, &[("OTEL_EXPORTER_OTLP_TIMEOUT", "10s")], "OTEL_EXPORTER_OTLP_TIMEOUT must be a whole number"),
        (FILE, &[("OTEL_SDK_DISABLED", "yes")], "neither true nor false"),
        (FILE, &[("OTEL_RESOURCE_ATTRIBUTES", "prod")], "must be name=value"),
        (FILE, &[("OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file")], "cannot be read"),
    ] {
        let problems = of(config, variables).err().unwrap_or_default();
        assert!(problems.iter().any(|it| it.contains(word)), "{word:?} is not in {problems:?}");
        assert!(!problems.iter().any(|it| it.contains("secret")), "{problems:?}");
    }
}
