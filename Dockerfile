# The libraries, exactly as pinned; pip and its leavings stay in this stage.
FROM python:3.11-slim AS libraries
RUN python -m venv /venv
COPY constraints/runtime.txt constraints/runtime.txt
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r constraints/runtime.txt

FROM python:3.11-slim
ENV PATH="/venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /app
# A volume takes over the owner of the folder it is laid on.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin limner \
    && install -d -o limner -g limner /app/data
COPY --from=libraries /venv /venv
COPY LICENSE LICENSE
COPY storage storage
COPY cogs cogs
COPY bot bot
USER 10001
VOLUME /app/data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; page = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('METRICS_PORT') or 9090), timeout=4); page.request('GET', '/readyz'); sys.exit(page.getresponse().status != 200)"]
CMD ["python", "-m", "bot"]
